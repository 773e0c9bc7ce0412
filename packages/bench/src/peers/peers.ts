/**
 * The same fan-out by other libraries: each server in a process of its own, and its clients in another. A lap lasts from
 * the first message until the clients have all of them.
 */

import { Child } from "../Child.js";
import { figure } from "../Figure.js";
import { type Lap, ratesOf, rateUnit, reportCosts } from "../flush/Laps.js";
import type { Part } from "../Part.js";
import { interleaved } from "../rounds.js";
import { Readers } from "../sockets/Readers.js";
import { type Kind, kinds, messageText, type PeerAnswer, type PeerRequest } from "./Peer.js";

const connections = 100;
const messages = 10;
const ticks = 100;
const rounds = 7;

export const fanoutPeers: Part = {
  name: "fanout-peers",
  figures: {
    "fanout-peers": `broadcast, ${connections} connections × ${messages} messages × ${messageText.length} B per tick, until the clients have all`,
  },
  run,
};

async function run() {
  const lanes = await Promise.all(kinds.map(Lane.open));
  const laps = await interleaved(lanes, rounds, (lane) => lane.lap());
  for (const lane of lanes) await lane.close();
  const byKind = Object.fromEntries(kinds.map((kind, at) => [kind, laps[at] ?? []]));
  reportCosts(byKind);
  const { sluice = [], ...others } = byKind;
  const peers = Object.entries(others).map(([kind, some]) => [kind, ratesOf(some)] as const);
  return [
    figure({
      id: "fanout-peers",
      unit: rateUnit,
      ours: ratesOf(sluice),
      peers: Object.fromEntries(peers),
    }),
  ];
}

/** What a client of socket.io asks for, says, and is sent: `42["m","…"]` in a frame. */
const socketIo = {
  path: "/socket.io/?EIO=4&transport=websocket",
  manner: { greeting: "40", leastBytes: 126 },
  frameBytes: 4 + '42["m",""]'.length + messageText.length,
};
const plain = { path: "/", manner: undefined, frameBytes: 4 + messageText.length };

/** A server and its clients. */
class Lane {
  readonly #server: Child<PeerRequest>;
  readonly #readers = new Readers();
  readonly #protocol: typeof plain | typeof socketIo;
  #sentBytes = 0;

  static async open(kind: Kind): Promise<Lane> {
    const lane = new Lane(kind);
    const port = await lane.#ask({ ask: "port" });
    const { path, manner } = lane.#protocol;
    await lane.#readers.connect(port, path, connections, manner);
    // A protocol may have more to say before a client has joined.
    while ((await lane.#ask({ ask: "connections" })) < connections);
    return lane;
  }

  private constructor(kind: Kind) {
    this.#server = new Child(new URL("./PeerProcess.js", import.meta.url), [kind]);
    this.#protocol = kind === "socket.io" ? socketIo : plain;
  }

  async lap(): Promise<Lap> {
    const { path, frameBytes } = this.#protocol;
    const all = ticks * messages * connections;
    const cpuBefore = await this.#ask({ ask: "cpuNanos" });
    const start = performance.now();
    await this.#ask({ ask: "lap", ticks, messages });
    this.#sentBytes += all * frameBytes;
    await this.#readers.received(path, this.#sentBytes);
    const seconds = (performance.now() - start) / 1000;
    const cpuNanos = (await this.#ask({ ask: "cpuNanos" })) - cpuBefore;
    return { messagesPerSecond: all / seconds, cpuNanosPerMessage: cpuNanos / all };
  }

  async close(): Promise<void> {
    this.#readers.stop();
    await this.#server.stop();
  }

  #ask(request: PeerRequest): Promise<PeerAnswer> {
    return this.#server.ask(request);
  }
}
