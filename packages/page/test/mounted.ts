/** A real app with the page and a route to look at, and visitors that speak as a page does. */
import { App, us_listen_socket_close, us_socket_local_port } from "uWebSockets.js";
import { once } from "node:events";
import { Sluice } from "@sluice/uws";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { livePage } from "../src/index.js";
import type { ServerMessage } from "../src/Protocol.js";

export async function mounted(path = "/") {
  const sluice = new Sluice({ configuration: { maxMessages: 10 } });
  const app = App().ws("/feed", sluice.wrap());
  const page = livePage({ routes: { "/feed": sluice }, nameOf: ({ id }) => `name of ${id}` });
  page.mount(app, path);
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
  const host = `127.0.0.1:${port}`;
  const open = (at: string, headers: Readonly<Record<string, string>> = {}) => {
    const socket = new WebSocket(`ws://${host}${at}`, { perMessageDeflate: false, headers });
    // One who was refused, and is let go of all the same.
    socket.on("error", () => {});
    onTestFinished(() => socket.terminate());
    return socket;
  };
  return {
    sluice,
    page,
    url: `http://${host}`,
    /** Somebody whose connection is looked at. */
    connect: async () => {
      const socket = open("/feed");
      await once(socket, "open");
      return socket;
    },
    /** A page, unless its headers make it something else. */
    visit: async (headers: Readonly<Record<string, string>> = {}, at = "/live") => {
      const socket = open(at, { origin: `http://${host}`, ...headers });
      const visitor = new Visitor(socket);
      await once(socket, "open");
      return visitor;
    },
    /** The answer to one who is refused. */
    refusal: async (headers: Readonly<Record<string, string>>) => {
      const [, response] = await once(open("/live", headers), "unexpected-response");
      return response.statusCode as number;
    },
  };
}

export class Visitor {
  readonly socket: WebSocket;
  readonly #received: Array<ServerMessage> = [];

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => this.#received.push(JSON.parse(data.toString())));
  }

  say(message: object | string): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** The next message of a type that passes; those before it are passed over. */
  async next<T extends ServerMessage["type"]>(
    type: T,
    passes: (message: Extract<ServerMessage, { type: T }>) => boolean = () => true,
  ): Promise<Extract<ServerMessage, { type: T }>> {
    for (;;) {
      const message = this.#received.shift();
      if (message === undefined) await once(this.socket, "message");
      else if (message.type === type && passes(message as never)) return message as never;
    }
  }
}
