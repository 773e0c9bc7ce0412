/**
 * The benchmarks: `pnpm bench` runs them all, `pnpm bench flush` one of them. Needs `node --expose-gc`.
 *
 * Exit code 1 when a target is missed, 2 for a part that there is not.
 */
import { fanout } from "./fanout/fanout.js";
import { flush } from "./flush/flush.js";
import { representation } from "./flush/representation.js";
import { freshness } from "./freshness/freshness.js";
import { idle } from "./idle/idle.js";
import { machine } from "./machine.js";
import { decisions } from "./micro/decisions.js";
import { offer } from "./micro/offer.js";
import { observed } from "./observed/observed.js";
import { scale } from "./scale/scale.js";
import { wsFlush } from "./ws/wsFlush.js";
import { wsStalled } from "./ws/wsStalled.js";

const parts: Readonly<Record<string, () => Promise<boolean>>> = {
  flush,
  fanout,
  offer,
  decisions,
  idle,
  representation,
  observed,
  freshness,
  scale,
  "ws-flush": wsFlush,
  "ws-stalled": wsStalled,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`no part ${unknown.join(", ")}: there are ${Object.keys(parts).join(", ")}`);
  process.exitCode = 2;
} else {
  console.log(machine());
  for (const name of asked.length > 0 ? asked : Object.keys(parts)) {
    const isMet = await parts[name]?.();
    if (isMet === false) process.exitCode = 1;
  }
}
