/** The reference server: queries, feed, health, metrics and connections, on one port. */
import * as uws from "uWebSockets.js";
import { speaks, spoken } from "@sluice/core";
import { type LivePage, livePage } from "@sluice/page";
import { type CloseOptions, logConnections } from "@sluice/runtime";
import { Admission, type AdmissionOptions, type OriginOptions } from "@sluice/uws";
import { type Context, Data } from "effect";
import { ConnectionBook } from "./ConnectionBook.js";
import type { Cluster } from "./cluster/Cluster.js";
import { defaultFeedRate, type Feed } from "./feed/Feed.js";
import { routeFeed } from "./feed/FeedRoute.js";
import { FlightReel } from "./feed/FlightReel.js";
import { FlightStore } from "./feed/FlightStore.js";
import { Timetable } from "./feed/Timetable.js";
import { Guests } from "./Guests.js";
import { Door } from "./http/Door.js";
import { routeHttp } from "./http/HttpRoutes.js";
import { Metrics, type Registries } from "./http/Metrics.js";
import { routeQuery } from "./query/QueryRoute.js";
import type { QuerySource } from "./query/QuerySession.js";
import type { TurnLimits } from "./query/Turns.js";
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

  private constructor(parts: Parts, book: ConnectionBook) {
    this.#parts = parts;
    this.book = book;
    this.host = parts.door.host;
    this.port = parts.door.port;
  }

  /** Starts a server. Rejects with a `ListenError`. */
  static async start(options: ServerOptions): Promise<Server> {
    const { database, host = "127.0.0.1", port = 0, feedRate = defaultFeedRate } = options;
    const { origins = {}, turns = {}, cluster } = options;
    hideVersion();
    const app = uws.App();
    const book = new ConnectionBook();
    const guests = new Guests();
    const { context } = options.telemetry ?? Telemetry.none();
    const isExempt = guests.isGuest.bind(guests);
    const admission = new Admission({ ...options.admission, isExempt });
    const entry = { guests, origins, admission };
    const query = routeQuery(app, book, database, context, entry, turns);
    const flights = await FlightStore.open();
    const feed = routeFeed(app, book, {
      timetable: new Timetable(new FlightReel(flights)),
      rate: feedRate,
      onError: (error) => console.error(`feed: ${error}`),
      context,
      entry,
      bus: cluster?.bus,
      peers: cluster?.peers,
    });
    const registries = {
      "/query": query.sluice.connections,
      "/feed": feed.sluice.connections,
    };
    const metrics = new Metrics(registries, context);
    logPaths(registries, context);
    const page = livePage({
      routes: { "/query": query.sluice, "/feed": feed.sluice },
      nameOf: (connection) => book.clientOf(connection),
      links: ["/connections", "/evictions", "/metrics", "/healthz"],
      origins,
    }).mount(app);
    routeHttp(app, book, metrics, registries, cluster?.peers);
    const door = new Door(app, { host, port, onChange: sayDoor });
    if (!(await door.open())) {
      await flights.close();
      throw new ListenError({ host, port });
    }
    const server = new Server({ app, query, feed, flights, page, door, guests, cluster }, book);
    cluster?.peers.tellOf(
      () => ({
        url: server.url,
        connections: book.size,
        listeners: feed.feed.listeners,
        seq: feed.feed.seq,
      }),
      () => feed.feed.changed(),
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
    return this.#parts.feed.feed;
  }

  /** The live page. */
  get page(): LivePage {
    return this.#parts.page;
  }

  /** The connections of each path. */
  get registries(): Registries {
    const { query, feed } = this.#parts;
    return { "/query": query.sluice.connections, "/feed": feed.sluice.connections };
  }

  /** Takes no new connections, ends queries and feed, and closes the connections in order; once. */
  drain(options: CloseOptions = { code: 1001, reason: "server stopping" }): Promise<void> {
    this.#draining ??= this.#drain(options);
    return this.#draining;
  }

  async #drain(options: CloseOptions): Promise<void> {
    const { door, query, feed, flights, page, cluster } = this.#parts;
    door.close();
    await Promise.all([
      query.stop().then(() => query.sluice.close(options)),
      feed.feed.stop().then(() => feed.sluice.close(options)),
      page.close(),
    ]);
    await Promise.all([flights.close(), cluster?.close()]);
  }

  /** Drains, and then cuts off what is left. */
  async stop(): Promise<void> {
    await this.drain();
    this.#parts.app.close();
  }
}

/** Else uWebSockets.js writes its version into every answer. Its typings do not know how that is said. */
function hideVersion(): void {
  const { _cfg } = uws as { readonly _cfg?: (key: string) => void };
  _cfg?.("silent");
}

/** To the operator: visitors that are refused by the system say nothing. */
function sayDoor(isOpen: boolean): void {
  console.error(
    isOpen
      ? "there are descriptors again: visitors are let in"
      : "warning: the process has no descriptor left (ulimit -n): no visitor is let in until some are free",
  );
}

interface Parts {
  readonly app: uws.TemplatedApp;
  readonly query: ReturnType<typeof routeQuery>;
  readonly feed: ReturnType<typeof routeFeed>;
  readonly flights: FlightStore;
  readonly page: LivePage;
  readonly door: Door;
  readonly guests: Guests;
  readonly cluster: Cluster | undefined;
}

function logPaths(registries: Registries, context: Context.Context<never>): void {
  for (const [path, registry] of Object.entries(registries)) {
    logConnections(registry, { annotations: () => ({ path }), context });
  }
}
