/**
 * A uWebSockets.js server on the loopback with the shipping adapter, one for all runs of the process. It has
 * a few routes, and lends each to one run at a time: a route has a clock and a gate of its own.
 */

import {
  App,
  type us_listen_socket,
  us_listen_socket_close,
  us_socket_local_port,
  type WebSocket,
  type WebSocketBehavior,
} from "uWebSockets.js";
import { once } from "node:events";
import type { Configuration } from "@sluice/core";
import { Sluice, type UwsConnection } from "@sluice/uws";
import { Clock, Context } from "effect";
import { WebSocket as Client } from "ws";
import { Gate } from "./Gate.js";
import { ManualClock } from "./ManualClock.js";

/** Both ends of a connection. */
export interface Ends {
  readonly client: Client;
  readonly connection: UwsConnection;
}

export class Route {
  readonly clock = new ManualClock();
  readonly gate = new Gate();
  readonly sluice: Sluice;
  readonly path: string;
  readonly #isDeaf: boolean;
  /** Of the socket that opens next: its configuration, and who else wants to know of it. */
  #next: { readonly configuration: Configuration; readonly seen: Seen } | undefined;
  #opened: ((connection: UwsConnection) => void) | undefined;

  /** A deaf route is never told that a socket has drained. */
  constructor(path: string, isDeaf = false) {
    this.path = path;
    this.#isDeaf = isDeaf;
    this.sluice = this.gate.before(
      () =>
        new Sluice(
          {
            configuration: (socket) => {
              this.#next?.seen(socket);
              return this.#next?.configuration ?? {};
            },
          },
          Context.make(Clock.Clock, this.clock) as Context.Context<never>,
        ),
    );
  }

  get behavior(): WebSocketBehavior<unknown> {
    const { drain, ...behavior } = this.sluice.wrap({
      open: (socket) => this.#opened?.(this.sluice.of(socket)),
    });
    return this.#isDeaf || drain === undefined ? behavior : { ...behavior, drain };
  }

  /** Connects a client. `seen` is given the server's socket before anything is sent to it. */
  async connect(configuration: Configuration, seen: Seen): Promise<Ends> {
    this.#next = { configuration, seen };
    const opened = new Promise<UwsConnection>((resolve) => {
      this.#opened = resolve;
    });
    const url = `ws://127.0.0.1:${await port()}${this.path}`;
    const client = new Client(url, { perMessageDeflate: false });
    await once(client, "open");
    return { client, connection: await opened };
  }
}

/** The server's side of a connection. */
export type Socket = WebSocket<unknown>;

type Seen = (socket: Socket) => void;

/** For the watchdog alone to find out. */
export const deafRoute: Route = new Route("/deaf", true);

/** Kept for as long as the process lives, or until {@link closeServer}. */
const routes = [0, 1, 2, 3].map((index) => new Route(`/${index}`));
const free = [...routes];

/** Takes a route until it is given back. */
export function borrowRoute(): Route {
  const route = free.pop();
  if (route === undefined) throw new Error(`more than ${routes.length} sockets at a time`);
  return route;
}

export function returnRoute(route: Route): void {
  free.push(route);
}

let listening: Promise<us_listen_socket> | undefined;

async function port(): Promise<number> {
  listening ??= new Promise((resolve, reject) => {
    const app = App();
    for (const route of [...routes, deafRoute]) app.ws(route.path, route.behavior);
    app.listen("127.0.0.1", 0, (socket) => {
      if (socket === false) reject(new Error("cannot listen on the loopback"));
      else resolve(socket);
    });
  });
  return us_socket_local_port((await listening) as never);
}

/** Stops listening, so that the process can end. */
export async function closeServer(): Promise<void> {
  if (listening === undefined) return;
  const socket = await listening;
  listening = undefined;
  us_listen_socket_close(socket);
}
