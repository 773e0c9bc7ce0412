/** The same server by hand, without flow control: it sends to everyone, and looks at nothing that comes back. */

import { App, type WebSocket as UwsSocket } from "uWebSockets.js";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { listen, monotonicMillis } from "@sluice/bench/kit";
import { type WebSocket, WebSocketServer } from "ws";
import { Ranges } from "../ledger/Ranges.js";
import type { Arm } from "./Arm.js";
import type { ServerOptions } from "./protocol.js";
import { maxPayloadBytes, type UserData, upgrade, wsSettings } from "./upgrade.js";

/** A socket, and what has been sent to it. */
class Line {
  readonly client: string;
  readonly numbers = new Ranges();
  closedMillis: number | null = null;
  readonly #socket: { readonly send: (bytes: Buffer) => void; readonly buffered: () => number };
  peakBytes = 0;

  constructor(client: string, send: (bytes: Buffer) => void, buffered: () => number) {
    this.client = client;
    this.#socket = { send, buffered };
  }

  send(number: number, bytes: Buffer): void {
    this.#socket.send(bytes);
    this.numbers.add(number);
  }

  get bufferedBytes(): number {
    const bytes = this.closedMillis === null ? this.#socket.buffered() : 0;
    this.peakBytes = Math.max(this.peakBytes, bytes);
    return bytes;
  }
}

export class Bare implements Arm {
  port = 0;
  readonly errors: ReadonlyArray<string> = [];
  readonly budgetBytes = 0;
  readonly #lines = new Set<Line>();
  #all: Array<Line> = [];
  readonly #ends: Array<() => void> = [];

  static async open({ kind, host }: ServerOptions): Promise<Bare> {
    const bare = new Bare();
    bare.port = await (kind === "uws-bare" ? bare.#onUws(host) : bare.#onWs(host));
    return bare;
  }

  send(number: number, bytes: Buffer): void {
    for (const line of this.#lines) line.send(number, bytes);
  }

  get sights() {
    return this.#all.map(({ client, closedMillis }) => ({
      client,
      reportedMillis: null,
      closedMillis,
      closedBy: closedMillis === null ? null : "peer",
    }));
  }

  get open(): number {
    return this.#lines.size;
  }

  get bufferedBytes(): number {
    let sum = 0;
    for (const line of this.#lines) sum += line.bufferedBytes;
    return sum;
  }

  get entries() {
    return this.#all.map(({ client, numbers, closedMillis, peakBytes }) => ({
      client,
      offered: numbers.count,
      delivered: numbers.count,
      dropped: 0,
      rejected: 0,
      buffered: 0,
      waiting: 0,
      acknowledged: 0,
      peakBytes,
      numbers: numbers.toJSON(),
      closedBy: closedMillis === null ? null : "peer",
      code: null,
    }));
  }

  async close(): Promise<void> {
    for (const end of this.#ends.splice(0)) end();
  }

  forget(): void {
    this.#all = [];
  }

  #opened(line: Line, end: () => void): () => void {
    this.#lines.add(line);
    this.#all.push(line);
    this.#ends.push(end);
    return () => {
      line.closedMillis = monotonicMillis();
      this.#lines.delete(line);
    };
  }

  async #onUws(host: string): Promise<number> {
    const app = App();
    const closings = new Map<UwsSocket<UserData>, () => void>();
    app.ws<UserData>("/*", {
      maxPayloadLength: maxPayloadBytes,
      maxBackpressure: 0,
      upgrade,
      open: (socket) => {
        const send = (bytes: Buffer) => void socket.send(bytes, true);
        const line = new Line(socket.getUserData().client, send, () => socket.getBufferedAmount());
        const isOpen = () => closings.has(socket);
        closings.set(
          socket,
          this.#opened(line, () => isOpen() && socket.end(1001)),
        );
      },
      close: (socket) => {
        closings.get(socket)?.();
        closings.delete(socket);
      },
    });
    return (await listen(app, host)).port;
  }

  async #onWs(host: string): Promise<number> {
    const server = new WebSocketServer({ host, port: 0, ...wsSettings });
    server.on("connection", (socket: WebSocket, request) => {
      const send = (bytes: Buffer) => socket.send(bytes);
      const line = new Line(request.url ?? "", send, () => socket.bufferedAmount);
      socket.on("error", () => {});
      socket.on(
        "close",
        this.#opened(line, () => socket.close(1001)),
      );
    });
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }
}
