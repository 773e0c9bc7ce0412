/** The reference server: queries, feed, health, metrics and connections, on one port. */
import * as uws from "uWebSockets.js";
import { speaks, spoken } from "@sluice/core";
import type { Demonstration, LivePage } from "@sluice/page";
import type { CloseOptions } from "@sluice/runtime";
import type { AdmissionOptions, OriginOptions } from "@sluice/uws";
import { Data } from "effect";
import type { ConnectionBook } from "./ConnectionBook.js";
import type { Cluster } from "./cluster/Cluster.js";
import { defaultFeedRate, Feed } from "./feed/Feed.js";
import { FlightReel } from "./feed/FlightReel.js";
import { FlightStore } from "./feed/FlightStore.js";
import { Timetable } from "./feed/Timetable.js";
import { Guests } from "./Guests.js";
import { hideVersion } from "./hideVersion.js";
import { Door, gateOf, sayDoor } from "./http/Door.js";
import type { Account } from "./http/HttpRoutes.js";
import type { Registries } from "./http/Metrics.js";
import { jsonPieces } from "./http/Pieces.js";
import { fairQueries } from "./query/fair.js";
import { turnLimits } from "./query/QueryRoute.js";
import type { QuerySource } from "./query/QuerySession.js";
import { type TurnLimits, Turns } from "./query/Turns.js";
import { Site } from "./Site.js";
import { Telemetry } from "./Telemetry.js";

export interface ServerOptions {
  /** What answers queries. The feed does without. */
  readonly database: QuerySource;
  /** By default 127.0.0.1. */
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Messages per second of the feed. */
  readonly feedRate?: number;
  /** Where metrics, logs and spans go; by default the metrics to `/metrics`, and errors to standard error. */
  readonly telemetry?: Telemetry;
  /** Whose pages may connect besides its own; programs, which send no `Origin`, always may. */
  readonly origins?: OriginOptions;
  /** What is asked of who comes to `/query` and `/feed`; by default nothing. Clients of the demonstration are let in. */
  readonly admission?: Omit<AdmissionOptions, "isExempt">;
  /** How queries take turns, where it is not as usual. */
  readonly turns?: Partial<TurnLimits>;
  /** With whom it shares its feed. It is closed when the server has drained. */
  readonly cluster?: Cluster | undefined;
}

/** The server cannot listen where it was told to. */
export class ListenError extends Data.TaggedError("ListenError")<{
  readonly host: string;
  readonly port: number;
}> {
  override get message(): string {
    return `cannot listen on ${this.host}:${this.port}: the port is in use, or the address is not this machine's`;
  }

  [speaks](): string {
    return spoken(this);
  }
}

export class Server {
  readonly book: ConnectionBook;
  readonly host: string;
  readonly port: number;
  readonly #parts: Parts;
  #draining: Promise<void> | undefined;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.book = parts.site.book;
    this.host = parts.door.host;
    this.port = parts.door.port;
  }

  /** Starts a server. Rejects with a `ListenError`. */
  static async start(options: ServerOptions): Promise<Server> {
    const { database, host = "127.0.0.1", port = 0, feedRate = defaultFeedRate } = options;
    const { origins = {}, turns = {}, cluster } = options;
    const { context } = options.telemetry ?? Telemetry.none();
    hideVersion();
    const app = uws.App();
    const guests = new Guests();
    const flights = await FlightStore.open();
    const timetable = new Timetable(new FlightReel(flights));
    const site = new Site(app, {
      context,
      guests,
      origins,
      admission: options.admission,
      queries: fairQueries(database, new Turns({ ...turnLimits, ...turns })),
      makeFeed: (broadcast) =>
        new Feed({
          timetable,
          broadcast,
          rate: feedRate,
          peers: cluster?.peers,
          onError: (error) => console.error(`feed: ${error}`),
        }),
      bus: cluster?.bus,
      account: (site) => accountOf(site, cluster),
    });
    const door = new Door(gateOf(app), { host, port, onChange: sayDoor });
    if (!(await door.open())) {
      await flights.close();
      throw new ListenError({ host, port });
    }
    const server = new Server({ app, site, flights, door, guests, cluster });
    cluster?.peers.tellOf(
      () => ({
        url: server.url,
        connections: server.book.size,
        listeners: server.feed.listeners,
        seq: server.feed.seq,
      }),
      () => server.feed.changed(),
    );
    return server;
  }

  /** Where it is, for a browser. */
  get url(): string {
    const host = this.host.includes(":") ? `[${this.host}]` : this.host;
    return `http://${host}:${this.port}`;
  }

  /** What the clients of a demonstration show, to be let be slow. */
  get guestSecret(): string {
    return this.#parts.guests.secret;
  }

  /** The live feed. */
  get feed(): Feed {
    return this.#parts.site.feed;
  }

  /** The live page. */
  get page(): LivePage {
    return this.#parts.site.page;
  }

  /** Gives the page the controls of a demonstration. */
  demonstrate(demonstration: Demonstration): void {
    this.page.demonstrate(demonstration);
  }

  /** The connections of each path. */
  get registries(): Registries {
    return this.#parts.site.registries;
  }

  /** Closes the connections of a client of the demonstration, in order. */
  dismiss(client: string, reason: string): void {
    this.book.dismiss(client, reason);
  }

  /** Takes no new connections, ends queries and feed, and closes the connections in order; once. */
  drain(options: CloseOptions = { code: 1001, reason: "server stopping" }): Promise<void> {
    this.#draining ??= this.#drain(options);
    return this.#draining;
  }

  async #drain(options: CloseOptions): Promise<void> {
    const { door, site, flights, cluster } = this.#parts;
    door.close();
    await site.close(options);
    await Promise.all([flights.close(), cluster?.close()]);
  }

  /** Drains, and then cuts off what is left. */
  async stop(): Promise<void> {
    await this.drain();
    this.#parts.app.close();
  }
}

interface Parts {
  readonly app: uws.TemplatedApp;
  readonly site: Site<Feed>;
  readonly flights: FlightStore;
  readonly door: Door;
  readonly guests: Guests;
  readonly cluster: Cluster | undefined;
}

/** All there is to say is known here. */
function accountOf(site: Site, cluster: Cluster | undefined): Account {
  return {
    health: () => ({ connections: site.book.size }),
    connections: () => jsonPieces(site.book.present()),
    evictions: () => site.evictions,
    cluster: () => cluster?.peers.all ?? [],
    metrics: () => site.metrics.text(),
  };
}
