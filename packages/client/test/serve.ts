/** Servers of both adapters on a free port of the loopback, whose clients ask for channels that have a history. */

import {
  App,
  type WebSocket as UwsSocket,
  us_listen_socket_close,
  us_socket_local_port,
} from "uWebSockets.js";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { channelRequest, type HistoryLimit, Sluice as UwsSluice } from "@sluice/uws";
import { Sluice, type WsConnection } from "@sluice/ws";
import { onTestFinished } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";

/** Does what a client asks for. */
export function answer(connection: WsConnection, text: ArrayBuffer | Uint8Array): void {
  const request = channelRequest(text);
  if (request?.type === "subscribe") void connection.resume(request.from);
  if (request?.type === "unsubscribe") connection.unsubscribe(request.channel);
}

/** One of `ws` that can go and come back at its address. */
export class Place {
  readonly #history: HistoryLimit;
  readonly #page: string | undefined;
  #server!: Server;
  #sockets: WebSocketServer | undefined;
  sluice!: Sluice;
  port = 0;
  /** Connections that there ever were. */
  arrivals = 0;

  private constructor(history: HistoryLimit, page: string | undefined) {
    this.#history = history;
    this.#page = page;
  }

  /** `page` is what it says to browsers. */
  static async open(history: HistoryLimit = {}, page?: string): Promise<Place> {
    const place = new Place(history, page);
    await place.open();
    onTestFinished(() => place.stop());
    return place;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  get sockets(): ReadonlySet<WebSocket> {
    return (this.#sockets as WebSocketServer).clients;
  }

  /** Starts, or starts anew without any memory. */
  async open(): Promise<void> {
    this.sluice = new Sluice({ channels: { history: { "prices.*": this.#history } } });
    this.#server = createServer((_, response) => {
      response.setHeader("content-type", "text/html").end(this.#page);
    });
    this.#sockets = this.sluice.wrap(new WebSocketServer({ server: this.#server }));
    this.#sockets.on("connection", (socket) => {
      this.arrivals++;
      const { sluice } = this;
      socket.on(
        "message",
        sluice.guard(socket, (text: Buffer) => answer(sluice.of(socket), text)),
      );
    });
    this.#server.listen(this.port, "127.0.0.1");
    await once(this.#server, "listening");
    this.port = (this.#server.address() as AddressInfo).port;
  }

  /** Everyone loses the connection, and nobody gets another. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.lose();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Everyone loses the connection. */
  lose(): void {
    for (const socket of this.sockets) socket.terminate();
  }
}

/** One of uWebSockets.js, which can cut off everyone at once. */
export async function serveMany(history: HistoryLimit) {
  const sockets = new Set<UwsSocket<unknown>>();
  const app = App();
  const sluice = new UwsSluice({ app, channels: { history: { "prices.*": history } } });
  const behavior = sluice.wrap({
    open: (socket) => void sockets.add(socket),
    message: (socket, text) => answer(sluice.of(socket), text),
    close: (socket) => void sockets.delete(socket),
  });
  const port = await new Promise<number>((resolve) => {
    app.ws("/*", behavior).listen("127.0.0.1", 0, (listening) => {
      if (listening === false) throw new Error("cannot listen");
      onTestFinished(() => {
        us_listen_socket_close(listening);
        app.close();
      });
      resolve(us_socket_local_port(listening as never));
    });
  });
  const lose = () => {
    for (const socket of [...sockets]) socket.close();
  };
  return { sluice, sockets, lose, url: `ws://127.0.0.1:${port}` };
}

/** Lets the event loop turn until something is so; not for longer than its test goes on. */
export async function until(isSo: () => boolean): Promise<void> {
  let isOver = false;
  onTestFinished(() => {
    isOver = true;
  });
  while (!isOver && !isSo()) await new Promise((resolve) => setImmediate(resolve));
}
