/** What an idle connection costs in memory above one of uWebSockets.js alone. */
import { heading, row, target } from "../Report.js";
import { interleaved } from "../rounds.js";
import { spread } from "../Spread.js";
import { Readers } from "../sockets/Readers.js";
import { IdleServer } from "./IdleServer.js";
import type { Footprint, Kind } from "./protocol.js";

const connections = 2_000;
/** So many before the first measurement, so that code and buffers are there. */
const warmup = 100;
const rounds = 3;

/** What the original design allowed for a connection. */
const goal = { below: 50 * 1024 };
const note = "original 50 KB";

/** What a connection takes, in bytes. */
interface Cost {
  readonly fresh: Footprint;
  /** After it has carried some messages and its health has been looked at. */
  readonly used: Footprint;
}

/** Prints the figures; answers whether the target is met. */
export async function idle(): Promise<boolean> {
  heading(`Memory of an idle connection, ${connections.toLocaleString("en")} of them, bytes each`);
  const kinds: ReadonlyArray<Kind> = ["raw", "sluice"];
  const [raw = [], ours = []] = await interleaved(kinds, rounds, costOf);
  const above = (cost: (cost: Cost) => number) =>
    spread(ours.map((mine, round) => cost(mine) - cost(raw[round] as Cost)));
  const alone = (cost: (cost: Cost) => number) => spread(raw.map(cost));
  row(
    "uWebSockets.js alone: heap",
    alone(({ used }) => used.heap),
    bytes,
  );
  row(
    "uWebSockets.js alone: resident",
    alone(({ used }) => used.resident),
    bytes,
  );
  row(
    "Sluice above it, fresh: heap",
    above(({ fresh }) => fresh.heap),
    bytes,
  );
  row(
    "Sluice above it, fresh: resident",
    above(({ fresh }) => fresh.resident),
    bytes,
  );
  // All that Sluice adds is on the heap. Resident memory is coarse: it comes in pages, and some were free.
  const heap = above(({ used }) => used.heap);
  const resident = above(({ used }) => used.resident);
  const isHeapMet = target("Sluice above it, used: heap", heap, bytes, goal, note);
  return target("Sluice above it, used: resident", resident, bytes, goal, note) && isHeapMet;
}

const bytes = { name: "B" };

async function costOf(kind: Kind): Promise<Cost> {
  const server = new IdleServer(kind);
  const readers = new Readers();
  try {
    const port = await server.port();
    await readers.connect(port, "/", warmup);
    const before = await server.footprint();
    await readers.connect(port, "/", connections);
    const fresh = await server.footprint();
    await server.useAll();
    const used = await server.footprint();
    return { fresh: each(before, fresh), used: each(before, used) };
  } finally {
    readers.stop();
    server.stop();
  }
}

function each(before: Footprint, after: Footprint): Footprint {
  return {
    heap: (after.heap - before.heap) / connections,
    resident: (after.resident - before.resident) / connections,
  };
}
