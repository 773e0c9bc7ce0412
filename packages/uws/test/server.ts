/** A real server on a free port of the loopback, with real clients. */

import {
  App,
  type TemplatedApp,
  us_listen_socket_close,
  us_socket_local_port,
  type WebSocketBehavior,
} from "uWebSockets.js";
import { once } from "node:events";
import { Frame, Sluice, type SluiceOptions, type UwsConnection } from "@sluice/uws";
import { onTestFinished } from "vitest";
import { type ClientOptions, WebSocket } from "ws";

export interface Server {
  readonly app: TemplatedApp;
  readonly sluice: Sluice;
  /** With `autoPong: false` it is a client that never answers a ping. */
  readonly connect: (path?: string, options?: ClientOptions) => Promise<Client>;
}

export async function serve(
  options: SluiceOptions | ((app: TemplatedApp) => SluiceOptions) = {},
  behavior: WebSocketBehavior<unknown> = {},
  given?: Sluice,
): Promise<Server> {
  const app = App();
  const sluice = given ?? new Sluice(typeof options === "function" ? options(app) : options);
  app.ws("/*", sluice.wrap(behavior));
  const port = await new Promise<number>((resolve, reject) => {
    app.listen("127.0.0.1", 0, (listening) => {
      if (listening === false) return reject(new Error("cannot listen"));
      onTestFinished(() => {
        us_listen_socket_close(listening);
        app.close();
      });
      resolve(us_socket_local_port(listening as never));
    });
  });
  const origin = `ws://127.0.0.1:${port}`;
  return {
    app,
    sluice,
    connect: (path = "/", options = {}) => Client.open(origin + path, options),
  };
}

/** A client that keeps what it receives and can stop reading. */
export class Client {
  readonly received: Array<string> = [];
  /** The payloads of the pings that it was sent, and of the pongs. */
  readonly pings: Array<string> = [];
  readonly pongs: Array<string> = [];
  /** Code and reason, once the connection has closed. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.received.push(data.toString()));
    socket.on("ping", (data) => this.pings.push(data.toString()));
    socket.on("pong", (data) => this.pongs.push(data.toString()));
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  static async open(url: string, options: ClientOptions = {}): Promise<Client> {
    const client = new Client(new WebSocket(url, { perMessageDeflate: false, ...options }));
    onTestFinished(() => client.#socket.terminate());
    await once(client.#socket, "open");
    return client;
  }

  /** Resolves when so many messages have been received. */
  async receive(count: number): Promise<ReadonlyArray<string>> {
    while (this.received.length < count) await once(this.#socket, "message");
    return this.received;
  }

  send(text: string | Uint8Array): void {
    this.#socket.send(text);
  }

  ping(payload: string): void {
    this.#socket.ping(payload);
  }

  /** A pong that nobody has asked for, or that answers a ping in its own time. */
  pong(payload: string): void {
    this.#socket.pong(payload);
  }

  /** Stops reading: the kernel's buffers fill, then the server's. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Closes in order, with a code or without. */
  close(code?: number): void {
    this.#socket.close(code);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

/** A client that reads nothing, until the socket of its connection takes no more. */
export async function stuck(client: Client, connection: UwsConnection): Promise<void> {
  client.pause();
  const { maxMessages } = connection.configuration;
  const message = Frame.binary(new Uint8Array(256 * 1024));
  // What is offered is handed over in a turn of its own, as long as the socket takes it.
  await until(() => {
    if (connection.stats().buffered.messages === maxMessages) return true;
    connection.offer(message);
    return false;
  });
}

/** Waits until the server has a connection, which is the only one. */
export async function onlyOne({ sluice }: Pick<Server, "sluice">): Promise<UwsConnection> {
  await until(() => sluice.connections.size === 1);
  return [...sluice.connections][0] as UwsConnection;
}

/** Lets the event loop turn until the condition holds; not for longer than its test goes on. */
export async function until(condition: () => boolean): Promise<void> {
  let isOver = false;
  onTestFinished(() => {
    isOver = true;
  });
  while (!isOver && !condition()) await new Promise((resolve) => setImmediate(resolve));
}
