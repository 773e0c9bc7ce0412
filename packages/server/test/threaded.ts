/** A running server of two threads on a free port, and clients that talk to it. */
import { get } from "node:http";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { QuerySource } from "../src/query/QuerySession.js";
import { ThreadedServer, type ThreadedServerOptions } from "../src/threads/ThreadedServer.js";
import { Client, type Json } from "./running.js";

const nobody: QuerySource = { stream: () => Promise.reject(new Error("nobody asks")) };

export async function threaded(options: Partial<ThreadedServerOptions> = {}) {
  const server = await ThreadedServer.start({
    execArgv: [],
    ...{ database: nobody, host: "127.0.0.1", port: 0, threads: 2, origins: {}, admission: {} },
    ...options,
  });
  onTestFinished(() => server.stop());
  const at = server.url.replace("http", "ws");
  return {
    server,
    connect: (path: string, from?: string) => Client.open(at + path, {}, from),
    /** Pages come from the server itself. */
    visit: () => Client.open(`${at}/live`, { origin: server.url }),
    /** Each on a connection of its own, and so of another thread than the one before. */
    request: (path: string) => requested(`${server.url}${path}`),
    /** The status with which it is refused. */
    refusal: (path: string) =>
      new Promise<number>((resolve, reject) => {
        const socket = new WebSocket(at + path);
        socket.on("error", () => {});
        socket.on("open", () => reject(new Error("it was let in")));
        socket.on("unexpected-response", (_, { statusCode }) => resolve(statusCode ?? 0));
      }),
  };
}

export function requested(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => text(response).then(resolve, reject)).on(
      "error",
      reject,
    );
  });
}

/** The numbers of the feed that a client has received. */
export function numbers({ received }: Client): ReadonlyArray<number> {
  return received.map((message) => (JSON.parse(message) as { seq: number }).seq);
}

/** The next message of a type, whatever comes before it. */
export async function nextOf(client: Client, type: string): Promise<Json> {
  return (await client.upTo(type)).at(-1) as Json;
}
