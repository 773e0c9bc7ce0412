/**
 * How late messages are at clients that read, while others do not: a steady feed, by Sluice and by uWebSockets.js corked
 * by hand. Server and clients are processes of their own; lateness counts from when a message was due.
 */

import { Child } from "../Child.js";
import { type Figure, figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { interleaved } from "../rounds.js";
import {
  type ClientsRequest,
  type FeederRequest,
  feed,
  type Kind,
  type Latencies,
} from "./protocol.js";

/** Percent of the clients that do not read. */
const shares = [0, 10, 30, 60];
const percentiles = ["p50", "p99", "p999"] as const;
const kinds: ReadonlyArray<Kind> = ["sluice", "corked"];
const rounds = 7;

export const latency: ReadonlyArray<Part> = shares.map((share) => ({
  name: `healthy-latency-${share}`,
  figures: Object.fromEntries(
    percentiles.map((percentile) => [idOf(share, percentile), inWords(share, percentile)]),
  ),
  run: () => run(share),
}));

function idOf(share: number, percentile: keyof Latencies): string {
  return `healthy-latency-${share}-${percentile}`;
}

function inWords(share: number, percentile: keyof Latencies): string {
  const { connections, messagesPerSecond, messageBytes } = feed;
  return `latency of clients that read, ${percentile.replace("999", "99.9")}, ${messagesPerSecond} messages of ${messageBytes} B/s to ${connections}, ${share} % of which do not read`;
}

async function run(share: number): Promise<ReadonlyArray<Figure>> {
  const lanes = await Promise.all(kinds.map((kind) => Lane.open(kind, share)));
  const [ours = [], theirs = []] = await interleaved(lanes, rounds, (lane) => lane.latencies());
  for (const lane of lanes) await lane.close();
  return percentiles.map((percentile) =>
    figure({
      id: idOf(share, percentile),
      unit: "ms",
      ours: ours.map((one) => one[percentile]),
      peers: { corked: theirs.map((one) => one[percentile]) },
      goals: share === 30 && percentile === "p99" ? [{ atMost: 1.05, of: "corked" }] : [],
    }),
  );
}

/** A server and its clients. */
class Lane {
  readonly #server: Child<FeederRequest>;
  readonly #clients = new Child<ClientsRequest>(new URL("./ClientsProcess.js", import.meta.url));
  #reading = 0;

  static async open(kind: Kind, share: number): Promise<Lane> {
    const lane = new Lane(kind);
    const stalled = (feed.connections * share) / 100;
    lane.#reading = feed.connections - stalled;
    const port = await lane.#server.ask<number>("port");
    await lane.#clients.ask({ ask: "connect", port, reading: lane.#reading, stalled });
    return lane;
  }

  private constructor(kind: Kind) {
    this.#server = new Child(new URL("./FeederProcess.js", import.meta.url), [kind]);
  }

  async latencies(): Promise<Latencies> {
    const sent = await this.#server.ask<number>("run");
    return this.#clients.ask({ ask: "latencies", messages: sent * this.#reading });
  }

  async close(): Promise<void> {
    await this.#clients.stop();
    await this.#server.stop();
  }
}
