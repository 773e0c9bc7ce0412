/** A relay that a test can look into, a server with a slow client, and connections that do as a test says. */

import { App, us_listen_socket_close, us_socket_local_port } from "uWebSockets.js";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { StepListener } from "@sluice/core";
import { Actor, ConnectionRegistry, PlainConnection } from "@sluice/runtime";
import { ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Sluice, type SluiceOptions } from "@sluice/uws";
import { onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { type Message, messageOf } from "./protocol.js";

/** A relay on a free port of the loopback: every message that it gets is checked against the protocol. */
export class TestRelay {
  readonly messages: Array<Message> = [];
  readonly port: number;
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on("connection", (socket) =>
      socket.on("message", (data) => this.messages.push(messageOf(JSON.parse(data.toString())))),
    );
  }

  static async listen(port = 0): Promise<TestRelay> {
    const server = new WebSocketServer({ port, host: "127.0.0.1" });
    await once(server, "listening");
    const relay = new TestRelay(server);
    onTestFinished(() => relay.die());
    return relay;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  /** Ends at once, and everyone who is connected to it with it. */
  async die(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Whoever is connected is no longer read from. */
  stopReading(): void {
    for (const client of this.#server.clients) client.pause();
  }

  read(): void {
    for (const client of this.#server.clients) client.resume();
  }
}

/** A real server whose connection's outbox is small, and a real client of it that can stop reading. */
export async function slowClient(options: SluiceOptions) {
  const sluice = new Sluice(options);
  const app = App().ws("/*", sluice.wrap());
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
  const client = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  onTestFinished(() => client.terminate());
  await once(client, "open");
  await until(() => sluice.connections.size === 1);
  const [connection] = sluice.connections;
  if (connection === undefined) throw new Error("it has gone");
  return { sluice, client, connection };
}

/** A connection that nothing is flushed from, and its adapter's side. */
export function connectionOf(maxMessages = 10) {
  const sizeOf = (message: string) => message.length;
  const actor = new Actor<string>({
    transport: new ScriptedTransport({ sizeOf }),
    flusher: new ManualFlusher(),
    sizeOf,
    configuration: { maxMessages },
  });
  return { actor, connection: new PlainConnection(actor) };
}

export const registryOf = () => new ConnectionRegistry<PlainConnection<string>>();

/** Something to inspect whose steps a test makes up. */
export class Puppet {
  readonly id = "puppet";
  stateId = 0;
  #observer: StepListener | undefined;

  observe(observer: StepListener): () => void {
    this.#observer = observer;
    return () => {
      this.#observer = undefined;
    };
  }

  get isObserved(): boolean {
    return this.#observer !== undefined;
  }

  step(event: number, to: number, mask: number): void {
    const from = this.stateId;
    this.stateId = to;
    this.#observer?.onStep(event, from, to, mask);
  }
}

/** Lets the event loop turn until the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
