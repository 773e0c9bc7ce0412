/** A real server on a free port of the loopback, with real clients. */

import {
  App,
  us_listen_socket_close,
  us_socket_local_port,
  type WebSocketBehavior,
} from "uWebSockets.js";
import { once } from "node:events";
import { Sluice, type SluiceOptions } from "@sluice/uws";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";

export interface Server {
  readonly sluice: Sluice;
  readonly connect: (path?: string) => Promise<Client>;
}

export async function serve(
  options: SluiceOptions = {},
  behavior: WebSocketBehavior<unknown> = {},
): Promise<Server> {
  const sluice = new Sluice(options);
  const app = App().ws("/*", sluice.wrap(behavior));
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
  return { sluice, connect: (path = "/") => Client.open(`ws://127.0.0.1:${port}${path}`) };
}

/** A client that keeps what it receives and can stop reading. */
export class Client {
  readonly received: Array<string> = [];
  /** Code and reason, once the connection has closed. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.received.push(data.toString()));
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  static async open(url: string): Promise<Client> {
    const client = new Client(new WebSocket(url, { perMessageDeflate: false }));
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

  /** Stops reading: the kernel's buffers fill, then the server's. */
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

/** Lets the event loop turn until the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
