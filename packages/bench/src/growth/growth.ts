/**
 * What a delivered message costs a server in processor time with 10,000 connections, beside what it costs with 1,000.
 * Each connection gets as many messages a second in either; every message arrives, which is counted.
 */
import { setTimeout as passed } from "node:timers/promises";
import { Child } from "../Child.js";
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { interleaved } from "../rounds.js";
import { Readers } from "../sockets/Readers.js";
import { type GrowthRequest, messageBytes, perTick, type Way } from "./protocol.js";

const rounds = 5;
const [few, many] = [1_000, 10_000];
const ticks = 15;
const everyMillis = 200;
const atATime = 1_000;
/** With its header, as it is on the wire. */
const frameBytes = messageBytes + 4;

const shown = many.toLocaleString("en");
const beside = `${few.toLocaleString("en")} connections`;

const about: Readonly<Record<Way, string>> = {
  topics: "by topics",
  outboxes: "by outboxes",
};

export const growth: ReadonlyArray<Part> = (["topics", "outboxes"] as const).map((way) => {
  const id = `growth-${way}`;
  return {
    name: id,
    figures: {
      [id]: `processor time of a delivered message with ${shown} connections, ${about[way]}`,
    },
    run: async () => {
      const servers = [await Measured.start(way, many), await Measured.start(way, few)];
      try {
        const [ours = [], peer = []] = await interleaved(servers, rounds, (one) => one.cost());
        const goals = [{ atMost: 1.2, of: beside }];
        return [figure({ id, unit: "ns", ours, peers: { [beside]: peer }, goals })];
      } finally {
        for (const one of servers) await one.stop();
      }
    },
  };
});

/** A server, and those that it sends to. */
class Measured {
  readonly #server: Child<GrowthRequest>;
  readonly #readers = new Readers();
  readonly #connections: number;
  #received = 0;

  private constructor(way: Way, connections: number) {
    this.#server = new Child(new URL("./GrowthProcess.js", import.meta.url), [way]);
    this.#connections = connections;
  }

  static async start(way: Way, connections: number): Promise<Measured> {
    const one = new Measured(way, connections);
    const port = await one.#server.ask<number>({ ask: "port" });
    for (let left = connections; left > 0; left -= atATime) {
      await one.#readers.connect(port, "/", Math.min(atATime, left));
    }
    // The first goes by the outboxes, whatever comes after it.
    await one.#run(1);
    if (way === "topics") await one.#joined();
    return one;
  }

  /** Of one delivered message, in nanoseconds. */
  cost(): Promise<number> {
    return this.#run(ticks);
  }

  async stop(): Promise<void> {
    this.#readers.stop();
    await this.#server.stop();
  }

  async #run(count: number): Promise<number> {
    const micros = await this.#server.ask<number>({ ask: "run", ticks: count, everyMillis });
    const messages = count * perTick * this.#connections;
    this.#received += messages * frameBytes;
    await this.#readers.received("/", this.#received);
    return (micros * 1000) / messages;
  }

  /** Whoever keeps up reads with others from about a second on. */
  async #joined(): Promise<void> {
    for (let patience = 100; patience > 0; patience--) {
      if ((await this.#server.ask<number>({ ask: "joined" })) >= this.#connections) return;
      await passed(100);
    }
    throw new Error("not everyone reads with others");
  }
}
