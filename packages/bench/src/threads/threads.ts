/**
 * A broadcast by two threads behind one port against the same by one: from when the first of them begins to publish until
 * the clients have all of it. The clients need a processor too, and this machine has few.
 */
import { BroadcastChannel } from "node:worker_threads";
import { Threads } from "@sluice/threads";
import { figure } from "../Figure.js";
import { rateUnit } from "../flush/Laps.js";
import type { Part } from "../Part.js";
import { interleaved } from "../rounds.js";
import { Readers } from "../sockets/Readers.js";
import { lap, signal } from "./protocol.js";

const rounds = 15;
const warmups = 5;
const { connections, messagesPerTick, ticks, messageBytes } = lap;
const messages = connections * messagesPerTick * ticks;

export const threads: Part = {
  name: "fanout-threads",
  figures: {
    "fanout-threads": `broadcast by two threads behind one port, ${connections} connections × ${messagesPerTick} messages × ${messageBytes} B per tick, until the clients have all`,
  },
  run: async () => {
    const servers = [await Server.start(2), await Server.start(1)];
    try {
      for (const server of servers) for (let left = warmups; left > 0; left--) await server.lap();
      const [two = [], one = []] = await interleaved(servers, rounds, (server) => server.lap());
      return [
        figure({ id: "fanout-threads", unit: rateUnit, ours: two, peers: { "one thread": one } }),
      ];
    } finally {
      for (const server of servers) await server.close();
    }
  },
};

class Server {
  readonly #threads: Threads;
  readonly #readers = new Readers();
  readonly #begin: BroadcastChannel;
  #received = 0;

  static async start(count: number): Promise<Server> {
    const module = new URL("./worker.js", import.meta.url);
    const server = new Server(
      await Threads.start({ module, threads: count, port: 0, host: "127.0.0.1", data: count }),
      count,
    );
    await server.#readers.connect(server.#threads.port, "/", connections);
    return server;
  }

  private constructor(some: Threads, count: number) {
    this.#threads = some;
    this.#begin = new BroadcastChannel(signal(count));
  }

  /** In millions of messages a second. */
  async lap(): Promise<number> {
    // With its frame's header.
    this.#received += messages * (messageBytes + 4);
    const startMillis = performance.now();
    this.#begin.postMessage(undefined);
    await this.#readers.received("/", this.#received);
    return messages / (performance.now() - startMillis) / 1_000;
  }

  async close(): Promise<void> {
    this.#begin.close();
    this.#readers.stop();
    await this.#threads.close();
  }
}
