/** A running server on a free port, with a real database, and clients that talk to it. */
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { Server, type ServerOptions } from "../src/Server.js";

export interface Running {
  readonly server: Server;
  /** From an address of the loopback of its own, if one is given. */
  readonly connect: (
    path: string,
    headers?: Readonly<Record<string, string>>,
    localAddress?: string,
  ) => Promise<Client>;
  /** A GET, unless said otherwise. */
  readonly request: (path: string, init?: RequestInit) => Promise<Response>;
  /** The answer to an attempt to connect that is refused. */
  readonly refusal: (
    path: string,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<{ readonly status: number; readonly body: Json }>;
}

/** Starts a server that ends with the test. Give it a database that outlives the test: it is slow to open. */
export async function running(options: ServerOptions): Promise<Running> {
  const server = await Server.start(options);
  onTestFinished(() => server.stop());
  const address = server.url.replace("http", "ws");
  return {
    server,
    connect: (path, headers, from) => Client.open(address + path, headers, from),
    request: (path, init) => fetch(server.url + path, init),
    refusal: async (path, headers = {}) => {
      const socket = new WebSocket(address + path, { headers });
      const [, response] = await once(socket, "unexpected-response");
      return { status: response.statusCode, body: JSON.parse(await text(response)) };
    },
  };
}

export interface Json {
  readonly [field: string]: unknown;
}

export class Client {
  readonly received: Array<string> = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #socket: WebSocket;
  #taken = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.received.push(data.toString()));
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  static async open(
    url: string,
    headers: Readonly<Record<string, string>> = {},
    localAddress?: string,
  ): Promise<Client> {
    const from = localAddress !== undefined && { localAddress };
    const client = new Client(new WebSocket(url, { perMessageDeflate: false, headers, ...from }));
    onTestFinished(() => client.terminate());
    await once(client.#socket, "open");
    return client;
  }

  /** Text as it is, bytes as a binary message, anything else as JSON. */
  send(message: unknown): void {
    const isRaw = typeof message === "string" || message instanceof Uint8Array;
    this.#socket.send(isRaw ? message : JSON.stringify(message));
  }

  /** The next message that was not asked for before. */
  async next(): Promise<Json> {
    while (this.#taken === this.received.length) await once(this.#socket, "message");
    return JSON.parse(this.received[this.#taken++] as string);
  }

  /** All further messages up to one of these types, which is the last of them. */
  async upTo(...types: ReadonlyArray<string>): Promise<ReadonlyArray<Json>> {
    const messages = [await this.next()];
    while (!types.includes(messages.at(-1)?.["type"] as string)) messages.push(await this.next());
    return messages;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

/** Lets the event loop turn until the condition holds. Fails after 45 seconds, and names it: more than a busy machine takes. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 45_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`it never came to this: ${condition}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export { type Cell, Database, QueryError } from "../src/query/Database.js";
