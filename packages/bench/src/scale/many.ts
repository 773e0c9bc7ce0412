/**
 * As many idle connections as this machine carries, by servers of as many as one process may have: the resident memory of
 * each server, and what the kernel has for a connection. Then each sends everyone a message, and every count is right.
 */
import { totalmem } from "node:os";
import { setTimeout as passed } from "node:timers/promises";
import { Child } from "../Child.js";
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { kernelMemory } from "./kernel.js";
import type { ClientsRequest, Counts, Footprint, ServerRequest } from "./protocol.js";

const perServer = 19_936;
const perClients = 4_984;
/** What a connection takes in all: a server's share, its client's, and the kernel's for both ends; rather too much. */
const bytesEach = 64 * 1024;
const servers = Math.max(1, Math.min(10, Math.floor(totalmem() / 1.5 / bytesEach / perServer)));
const patience = 300;
const many = `${servers} processes of ${perServer.toLocaleString("en")} idle connections`;

export const scaleMany: Part = {
  name: "scale-many",
  figures: {
    "scale-many-connections": `connections that are open at once and get a message: ${many}`,
    "scale-many-resident": `resident memory of a server: ${many}`,
    "scale-many-kernel": `what the kernel's objects take for a connection, both ends: ${many}`,
    "scale-many-broadcast": `until all have a message that all servers send at once: ${many}`,
  },
  run,
};

async function run() {
  const before = kernelMemory();
  const crowds: Array<Crowd> = [];
  try {
    for (let at = 0; at < servers; at++) {
      crowds.push(await Crowd.gather(at));
      console.log(`  ${((at + 1) * perServer).toLocaleString("en")} connections`);
    }
    await passed(5_000);
    const residents = await Promise.all(crowds.map((crowd) => crowd.resident()));
    const after = kernelMemory();
    const start = performance.now();
    const counts = await Promise.all(crowds.map((crowd) => crowd.broadcast()));
    const millis = performance.now() - start;
    const all = counts.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
    if (all !== servers * perServer)
      throw new Error(`${all} clients have acknowledged the message`);
    const kernel = before && after && (after.objectBytes - before.objectBytes) / all;
    return [
      figure({ id: "scale-many-connections", unit: "", ours: [all] }),
      figure({
        id: "scale-many-resident",
        unit: "MB",
        ours: residents.map((one) => one / 2 ** 20),
      }),
      ...(kernel === undefined
        ? []
        : [figure({ id: "scale-many-kernel", unit: "B", ours: [kernel] })]),
      figure({ id: "scale-many-broadcast", unit: "ms", ours: [millis] }),
    ];
  } finally {
    await Promise.all(crowds.map((crowd) => crowd.stop()));
  }
}

/** One server and its clients. */
class Crowd {
  readonly #server = new Child<ServerRequest>(new URL("./ServerProcess.js", import.meta.url), [
    "sluice",
  ]);
  readonly #clients: ReadonlyArray<Child<ClientsRequest>> = Array.from(
    { length: Math.ceil(perServer / perClients) },
    () => new Child<ClientsRequest>(new URL("./ClientsProcess.js", import.meta.url)),
  );

  static async gather(at: number): Promise<Crowd> {
    const crowd = new Crowd();
    const port = await crowd.#server.ask<number>({ ask: "port" });
    // Each process of clients has an address of its own: there are not ports enough on one.
    const connect = (clients: Child<ClientsRequest>, index: number) =>
      clients.ask({
        ask: "connect",
        port,
        from: `127.0.${at + 1}.${index + 1}`,
        count: perClients,
      });
    await Promise.all(crowd.#clients.map(connect));
    return crowd;
  }

  async resident(): Promise<number> {
    return (await this.#server.ask<Footprint>({ ask: "footprint" })).resident;
  }

  /** Resolves when all clients are known to have the message. */
  async broadcast(): Promise<Counts> {
    await this.#server.ask({ ask: "broadcast", messages: 1 });
    for (let left = patience; ; left--) {
      const counts = await this.#server.ask<Counts>({ ask: "counts" });
      if (counts.acknowledged === perServer || left === 0) return counts;
      await passed(100);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.#server, ...this.#clients].map((child) => child.stop()));
  }
}
