/**
 * Laps of a way of sending: so many ticks of the event loop, each with a batch for every connection of its route.
 *
 * A lap begins with a ping to everyone on its route, and their pongs come while it runs: a client that says anything
 * makes the kernel acknowledge later, which makes each write to it dearer, by about a third on loopback. Sluice asks
 * its clients what they have read, once a second; no way of sending is to have the advantage of silent ones.
 *
 * A lap ends when the last byte has been handed to the system; that the clients have received exactly what
 * was sent is checked after it.
 */
import { row } from "../Report.js";
import { spread } from "../Spread.js";
import type { Readers } from "../sockets/Readers.js";

/** A way of sending. */
export interface Runner {
  readonly name: string;
  readonly route: string;
  /** Sends one batch to everyone on the route. */
  readonly tick: () => void;
  readonly messagesPerTick: number;
  /** Of all messages of a tick, with their frame headers. */
  readonly bytesPerTick: number;
  /** Ticks in a lap. */
  readonly ticks: number;
}

/** What a lap came to. */
export interface Lap {
  readonly messagesPerSecond: number;
  /** Processor time of the server's process, in user and system mode. */
  readonly cpuNanosPerMessage: number;
}

/** In millions of messages a second, the unit of figures of laps. */
export const ratesOf = (laps: ReadonlyArray<Lap>): ReadonlyArray<number> =>
  laps.map(({ messagesPerSecond }) => messagesPerSecond / 1e6);

export const rateUnit = "M messages/s";

/** Says what the processor took, beside a figure of the clock: it is disturbed less by what else runs. */
export function reportCosts(laps: Readonly<Record<string, ReadonlyArray<Lap>>>): void {
  for (const [name, some] of Object.entries(laps)) {
    row(name, spread(some.map(({ cpuNanosPerMessage }) => cpuNanosPerMessage)), { name: "ns CPU" });
  }
}

export class Laps {
  readonly #readers: Readers;
  readonly #sentBytes = new Map<string, number>();

  constructor(readers: Readers) {
    this.#readers = readers;
  }

  async run(
    { route, tick, messagesPerTick, bytesPerTick, ticks }: Runner,
    sockets: Iterable<{ ping(): unknown }>,
  ): Promise<Lap> {
    for (const socket of sockets) socket.ping();
    const cpuStart = process.cpuUsage();
    const start = performance.now();
    for (let left = ticks; left > 0; left--) {
      tick();
      await nextTurn();
    }
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpuStart);
    const sent = (this.#sentBytes.get(route) ?? 0) + ticks * bytesPerTick;
    this.#sentBytes.set(route, sent);
    await this.#readers.received(route, sent);
    const messages = ticks * messagesPerTick;
    return {
      messagesPerSecond: messages / seconds,
      cpuNanosPerMessage: ((user + system) * 1000) / messages,
    };
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
