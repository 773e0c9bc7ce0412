/** What an idle connection costs in memory above one of uWebSockets.js alone. */
import { Child } from "../Child.js";
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { row } from "../Report.js";
import { interleaved } from "../rounds.js";
import { spread } from "../Spread.js";
import { Readers } from "../sockets/Readers.js";
import type { Footprint, Kind, Request } from "./protocol.js";

const connections = 10_000;
/** So many before the first measurement, so that code and buffers are there. */
const warmup = 100;
const rounds = 5;

/** What a connection takes, in bytes. */
interface Cost {
  readonly fresh: Footprint;
  /** Just after it has carried some messages and its health has been looked at. */
  readonly active: Footprint;
  /** When it has been idle since for longer than a health window. */
  readonly used: Footprint;
}

/** Longer than a health window, by which time nothing is known of late any more. */
const quietMillis = 15_000;

const many = `${connections.toLocaleString("en")} idle connections above uWebSockets.js alone, heap and what hangs on it, each`;

export const idle: Part = {
  name: "idle",
  figures: {
    "idle-memory-fresh": `memory of ${many}, fresh`,
    "idle-memory-used": `memory of ${many}, once used and idle again for 15 s`,
    "idle-memory-active": `memory of ${many}, just used`,
  },
  run,
};

async function run() {
  const kinds: ReadonlyArray<Kind> = ["raw", "sluice"];
  const [raw = [], ours = []] = await interleaved(kinds, rounds, costOf);
  const above = (cost: (cost: Cost) => number) =>
    ours.map((mine, round) => cost(mine) - cost(raw[round] as Cost));
  // Resident memory is coarse: it comes in pages, and some were free.
  const resident = above(({ used }) => used.resident);
  row("used: resident memory above uWebSockets.js", spread(resident), { name: "B" });
  return [
    figure({
      id: "idle-memory-fresh",
      unit: "B",
      ours: above(({ fresh }) => fresh.heap),
      goals: [{ atMost: 600 }],
    }),
    figure({
      id: "idle-memory-used",
      unit: "B",
      ours: above(({ used }) => used.heap),
      goals: [{ atMost: 900 }],
    }),
    figure({ id: "idle-memory-active", unit: "B", ours: above(({ active }) => active.heap) }),
  ];
}

async function costOf(kind: Kind): Promise<Cost> {
  const server = new Child<Request>(new URL("./IdleProcess.js", import.meta.url), [kind]);
  const footprint = () => server.ask<Footprint>("footprint");
  const readers = new Readers();
  try {
    const { port } = await server.ask<{ readonly port: number }>("port");
    await readers.connect(port, "/", warmup);
    const before = await footprint();
    await readers.connect(port, "/", connections);
    const fresh = await footprint();
    await server.ask("use");
    const active = await footprint();
    await new Promise((resolve) => setTimeout(resolve, quietMillis));
    const used = await footprint();
    return { fresh: each(before, fresh), active: each(before, active), used: each(before, used) };
  } finally {
    readers.stop();
    await server.stop();
  }
}

function each(before: Footprint, after: Footprint): Footprint {
  return {
    heap: (after.heap - before.heap) / connections,
    resident: (after.resident - before.resident) / connections,
  };
}
