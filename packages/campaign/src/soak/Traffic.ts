/**
 * The traffic of one round: clients that keep up, read slowly, stall, or come and go, on channels and alone. When a round
 * ends all of them have left.
 */

import { setTimeout as passed } from "node:timers/promises";
import { closeByte, maskedFrame, monotonicMillis } from "@sluice/bench/kit";
import type { ConfigurationOptions } from "@sluice/core";
import { Frame, type HubConnection } from "@sluice/runtime/adapter";
import { churn } from "../clients/churn.js";
import type { Where } from "../clients/protocol.js";
import { Reader } from "../clients/Reader.js";
import { payload } from "../ledger/Payload.js";
import type { AnySluice } from "../server/adapters.js";

/** Everything that takes seconds by default takes a fraction of one. */
export const fastProfile = {
  maxMessages: 200,
  maxBytes: 256 * 1024,
  healthWindowMillis: 500,
  watchdogMillis: 50,
  stallTimeoutMillis: 300,
  evictTimeoutMillis: 700,
  blockTimeoutMillis: 300,
  closeTimeoutMillis: 300,
} as const satisfies ConfigurationOptions;

const messageBytes = 1_024;
/** Messages to each, every so often. */
const [perTick, tickMillis] = [8, 10];
const population = { healthy: 20, slow: 5, stalled: 5 };
const slowBytesPerSecond = 64 * 1024;
/** How long those who have left may take to be forgotten. */
const patienceMillis = 20_000;

export class Traffic {
  readonly #sluice: AnySluice;
  readonly #where: Where;
  readonly #present = new Set<HubConnection>();
  #number = 0;
  #served = 0;

  constructor(sluice: AnySluice, where: Where) {
    this.#sluice = sluice;
    this.#where = where;
    sluice.connections.onAdded((connection) => this.#came(connection));
  }

  /** Connections that there have been. */
  get served(): number {
    return this.#served;
  }

  /** Resolves when everybody has left and is forgotten, or patience has ended. */
  async round(millis: number): Promise<void> {
    const readers = await this.#connected();
    const end = monotonicMillis() + millis;
    const feeding = setInterval(() => this.#feed(), tickMillis);
    try {
      while (monotonicMillis() < end) {
        await churn(this.#where, 20, 5);
        await passed(tickMillis);
      }
    } finally {
      clearInterval(feeding);
    }
    for (const [index, reader] of readers.entries()) {
      const goodbye = maskedFrame(closeByte, Buffer.from([0x03, 0xe8]));
      reader.trickle(null);
      reader.write(goodbye, index % 2 === 0 ? "fin" : "rst");
    }
    await this.#emptied(readers);
  }

  async #connected(): Promise<ReadonlyArray<Reader>> {
    const readers: Array<Reader> = [];
    for (const [kind, count] of Object.entries(population)) {
      for (let left = count; left > 0; left--) {
        const reader = new Reader(`/${kind}`, "answered", () => {});
        await reader.connect(this.#where);
        if (kind === "slow") reader.trickle(slowBytesPerSecond);
        if (kind === "stalled") reader.pause();
        readers.push(reader);
      }
    }
    return readers;
  }

  #came(connection: HubConnection): void {
    this.#served++;
    this.#present.add(connection);
    // A channel of its own too, which goes with it; and a pattern.
    connection.subscribe("feed");
    connection.subscribe(`own.${this.#served}`);
    connection.subscribe("many.*");
    connection.onClosed(() => this.#present.delete(connection));
  }

  #feed(): void {
    const dueMillis = monotonicMillis();
    for (let left = perTick; left > 0; left--) {
      const frame = Frame.binary(payload({ number: ++this.#number, dueMillis }, messageBytes));
      this.#sluice.publish("feed", frame);
      this.#sluice.publish(`many.${this.#number % 50}`, frame);
      for (const connection of [...this.#present]) connection.offer(frame);
    }
  }

  async #emptied(readers: ReadonlyArray<Reader>): Promise<void> {
    const end = monotonicMillis() + patienceMillis;
    const isDone = () =>
      this.#sluice.connections.size + this.#sluice.lingering === 0 &&
      readers.every(({ isOpen }) => !isOpen);
    while (!isDone() && monotonicMillis() < end) await passed(20);
    // The timers of slow readers, and of the kernel's last words.
    await passed(500);
  }
}
