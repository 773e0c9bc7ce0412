/**
 * How much JavaScript heap a message costs while it passes: written as JSON, in bytes a message by way of sending.
 *
 * It is a process of its own whose young generation is larger than all that it makes. So nothing is collected in
 * between, and what the heap has grown by is what was allocated.
 */
import { configuration, Outbox } from "@sluice/core";
import { Frame, Sluice } from "@sluice/uws";
import { Sluice as WsSluice } from "@sluice/ws";
import { Arena } from "../flush/Arena.js";
import type { Runner } from "../flush/Laps.js";
import { QuietConnection } from "../micro/QuietConnection.js";
import { collectGarbage } from "../rounds.js";
import { WsArena } from "../ws/WsArena.js";

/** As many as the compiler needs until it has done what it will do. */
const laps = 20;
const messagesPerLap = 100_000;
const frame = Frame.text("x".repeat(32));

/** A frame under 126 bytes has a header of 2. */
const broadcasts = {
  route: "/",
  messagesPerTick: 5_000,
  bytesPerTick: 5_000 * (32 + 2),
  ticks: messagesPerLap / 5_000,
};
const connections = 10;
const perConnection = broadcasts.messagesPerTick / connections;

const ways: Readonly<Record<string, () => Promise<number>>> = {
  "offer and hand over": () => {
    const outbox = outboxOf({});
    return allocated(() => {
      for (let count = 0; count < messagesPerLap; count++) {
        outbox.offer("x");
        if (outbox.length === 100) while (outbox.take() !== undefined);
      }
    });
  },
  "offer to a full outbox, drop-oldest": () => {
    const outbox = outboxOf({ maxMessages: 100, overflow: "drop-oldest" });
    return allocated(() => {
      for (let count = 0; count < messagesPerLap; count++) outbox.offer("x");
    });
  },
  "offer to a connection, and its flush": () => {
    const { view, flusher } = new QuietConnection(configuration({}));
    return allocated(() => {
      for (let count = 1; count <= messagesPerLap; count++) {
        view.offer("x");
        if (count % 100 === 0) flusher.flush();
      }
    });
  },
  "broadcast to sockets of uWebSockets.js": async () => {
    const arena = new Arena();
    const sluice = new Sluice({ configuration: roomy });
    arena.route("/", (behavior) => sluice.wrap(behavior));
    return allocatedBy(arena, () => sluice.broadcast(frame));
  },
  "broadcast to sockets of ws": async () => {
    const arena = new WsArena();
    const sluice = new WsSluice({ configuration: roomy });
    sluice.wrap(arena.route("/"));
    return allocatedBy(arena, () => sluice.broadcast(frame));
  },
};

const roomy = configuration({ maxMessages: 10_000 });

function outboxOf(options: Parameters<typeof configuration>[0]): Outbox<string> {
  return new Outbox({ configuration: configuration(options), sizeOf: () => 1, now: () => 0 });
}

/** A lap on sockets: broadcasts until each connection has its share. */
async function allocatedBy(
  arena: Pick<Arena, "open" | "close"> & { lap(runner: Runner): Promise<unknown> },
  broadcast: () => unknown,
): Promise<number> {
  await arena.open(connections);
  const tick = () => {
    for (let count = 0; count < perConnection; count++) broadcast();
  };
  const least = await allocated(() => arena.lap({ name: "", tick, ...broadcasts }));
  arena.close();
  return least;
}

/** Bytes a message in the lap that allocated the least. */
async function allocated(lap: () => unknown): Promise<number> {
  let least = Infinity;
  for (let count = 0; count < laps; count++) {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    await lap();
    least = Math.min(least, process.memoryUsage().heapUsed - before);
  }
  return least / messagesPerLap;
}

const bytes: Record<string, number> = {};
for (const [name, way] of Object.entries(ways)) bytes[name] = await way();
console.log(JSON.stringify(bytes));
