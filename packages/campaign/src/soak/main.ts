/**
 * The soak: `pnpm soak --for 1h` has mixed traffic come and go, round after round, and looks whether anything stays.
 *
 * Exit code 1 when something grew, 2 for a wrong option.
 */
import { circumstances, inWords } from "@sluice/bench/kit";
import { Command, InvalidArgumentError, Option } from "commander";
import { served } from "../server/adapters.js";
import { growthIn, growthTable, leastRounds } from "./growth.js";
import { type Sight, sightOf } from "./Sight.js";
import { fastProfile, Traffic } from "./Traffic.js";

interface Options {
  readonly for: number;
  readonly kind: "uws" | "ws";
}

/** A round's traffic. A longer soak has more of them. */
const roundMillis = 5_000;
const host = "127.0.0.1";

await new Command("soak")
  .description(
    "Has mixed traffic come and go for a while, and compares what is left after each round.",
  )
  .option("--for <duration>", "how long, such as 90s, 3m or 1h", millisOf, 180_000)
  .addOption(new Option("--kind <library>", "over which").choices(["uws", "ws"]).default("uws"))
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .action(soak)
  .parseAsync();

async function soak({ for: millis, kind }: Options): Promise<void> {
  if (globalThis.gc === undefined) throw new Error("needs node --expose-gc");
  console.log(inWords(circumstances()));
  const errors: Array<string> = [];
  const onError = (error: unknown) => void errors.push(String(error));
  const server = await served(
    { kind, host },
    () => fastProfile,
    { maxTotalBytes: 2 * 1024 * 1024, onError },
    undefined,
  );
  const traffic = new Traffic(server.sluice, { host, port: server.port });
  const rounds: Array<Sight> = [];
  const end = Date.now() + millis;
  while (rounds.length < leastRounds || Date.now() + roundMillis < end) {
    await traffic.round(roundMillis);
    rounds.push(await sightOf(server.sluice));
    console.log(growthTable(rounds).at(-1));
  }
  for (const line of ["", ...growthTable(rounds), ""]) console.log(line);
  const problems = [...growthIn(rounds), ...errors];
  for (const problem of problems) console.log(problem);
  const verdict = problems.length === 0 ? "nothing grew" : "something grew or failed";
  console.log(`${kind}: ${traffic.served} connections in ${rounds.length} rounds: ${verdict}`);
  process.exit(problems.length === 0 ? 0 : 1);
}

function millisOf(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,5})(s|m|h)$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError("must be such as 90s, 3m or 1h");
  return Number(count) * (unit === "h" ? 3_600_000 : unit === "m" ? 60_000 : 1_000);
}
