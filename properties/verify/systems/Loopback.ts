/**
 * A server on the loopback with a shipping adapter, one for all runs of the process. It has a few routes, and lends
 * each to one run at a time: a route has a clock and a gate of its own.
 */
import { once } from "node:events";
import type { Configuration } from "@sluice/core";
import type { ConnectionRegistry } from "@sluice/runtime";
import type { HubConnection } from "@sluice/runtime/adapter";
import { ManualClock } from "@sluice/runtime/testing";
import { WebSocket as Client } from "ws";
import { Gate } from "./Gate.js";

/** Both ends of a connection. */
export interface Ends {
  readonly client: Client;
  readonly connection: HubConnection;
}

/** The server's side of a connection, looked at. */
export interface Seen {
  /** Whether it holds what its socket has not taken. */
  readonly isPressured: boolean;
  /** Notes what must never be done to it, and tells of every message before it gets it. */
  readonly watch: (misuse: Array<string>, sent: (payload: unknown) => void) => void;
  /**
   * Until the flusher turns, nothing is handed over, not even to make room: as inside a callback in which that is
   * dangerous. So it is the traces that say what the transport takes.
   */
  readonly hold: () => void;
}

export abstract class Route {
  readonly clock = new ManualClock();
  readonly gate = new Gate();
  readonly path: string;
  abstract readonly connections: ConnectionRegistry<HubConnection>;
  readonly #port: () => Promise<number>;
  /** Of the socket that opens next: its configuration, and who else wants to know of it. */
  protected next: { readonly configuration: Configuration; readonly seen: See } | undefined;
  protected opened: ((connection: HubConnection) => void) | undefined;

  constructor(path: string, port: () => Promise<number>) {
    this.path = path;
    this.#port = port;
  }

  /** Connects a client. `seen` is given the server's side before anything is sent to it. */
  async connect(configuration: Configuration, seen: See): Promise<Ends> {
    this.next = { configuration, seen };
    const opened = new Promise<HubConnection>((resolve) => {
      this.opened = resolve;
    });
    const url = `ws://127.0.0.1:${await this.#port()}${this.path}`;
    const client = new Client(url, { perMessageDeflate: false });
    await once(client, "open");
    return { client, connection: await opened };
  }
}

type See = (seen: Seen) => void;

/** Makes the routes of a server, of which one is deaf: it is never told that a socket has drained. */
export type MakeRoute = (path: string, isDeaf: boolean, port: () => Promise<number>) => Route;

/** A server that is listening. */
export interface Listening {
  readonly port: number;
  readonly stop: () => void;
}

export class Loopback {
  readonly name: string;
  /** For the watchdog alone to find out. */
  readonly deaf: Route;
  readonly #routes: ReadonlyArray<Route>;
  readonly #free: Array<Route>;
  readonly #listen: (routes: ReadonlyArray<Route>) => Promise<Listening>;
  #listening: Promise<Listening> | undefined;

  constructor(
    name: string,
    make: MakeRoute,
    listen: (routes: ReadonlyArray<Route>) => Promise<Listening>,
  ) {
    this.name = name;
    const port = async () => {
      this.#listening ??= this.#listen([...this.#routes, this.deaf]);
      return (await this.#listening).port;
    };
    this.#routes = [0, 1, 2, 3].map((index) => make(`/${index}`, false, port));
    this.deaf = make("/deaf", true, port);
    this.#free = [...this.#routes];
    this.#listen = listen;
  }

  /** Takes a route until it is given back. */
  borrow(): Route {
    const route = this.#free.pop();
    if (route !== undefined) return route;
    throw new Error(`more than ${this.#routes.length} sockets at a time`);
  }

  giveBack(route: Route): void {
    this.#free.push(route);
  }

  /** Stops listening, so that the process can end. */
  async close(): Promise<void> {
    const listening = await this.#listening;
    this.#listening = undefined;
    listening?.stop();
  }
}
