/** The reference server: queries, feed, health, metrics and connections, on one port. */
import {
  App,
  type us_listen_socket,
  us_listen_socket_close,
  type us_socket,
  us_socket_local_port,
} from "uWebSockets.js";
import { type LivePage, livePage } from "@sluice/inspect/page";
import { type CloseOptions, logConnections } from "@sluice/runtime";
import { type Context, Data } from "effect";
import { ConnectionBook } from "./ConnectionBook.js";
import { defaultFeedRate, type Feed } from "./feed/Feed.js";
import { routeFeed } from "./feed/FeedRoute.js";
import { FlightReel, type FlightSource } from "./feed/FlightReel.js";
import { Timetable } from "./feed/Timetable.js";
import { routeHttp } from "./http/HttpRoutes.js";
import { Metrics, type Registries } from "./http/Metrics.js";
import { routeQuery } from "./query/QueryRoute.js";
import type { QuerySource } from "./query/QuerySession.js";
import { Telemetry } from "./Telemetry.js";

export interface ServerOptions {
  readonly database: QuerySource & FlightSource;
  /** By default 127.0.0.1. */
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Messages per second of the feed. */
  readonly feedRate?: number;
  /** Where metrics, logs and spans go; by default the metrics to `/metrics`, and errors to standard error. */
  readonly telemetry?: Telemetry;
}

/** The server cannot listen where it was told to. */
export class ListenError extends Data.TaggedError("ListenError")<{
  readonly host: string;
  readonly port: number;
}> {
  override get message(): string {
    return `cannot listen on ${this.host}:${this.port}: the port is in use, or the address is not this machine's`;
  }
}

export class Server {
  readonly book: ConnectionBook;
  readonly host: string;
  readonly port: number;
  readonly #parts: Parts;
  #listening: us_listen_socket | undefined;

  private constructor(parts: Parts, book: ConnectionBook, listening: us_listen_socket) {
    this.#parts = parts;
    this.book = book;
    this.host = parts.host;
    this.port = us_socket_local_port(listening as us_socket);
    this.#listening = listening;
  }

  /** Starts a server. Rejects with a `ListenError`. */
  static async start(options: ServerOptions): Promise<Server> {
    const { database, host = "127.0.0.1", port = 0, feedRate = defaultFeedRate } = options;
    const app = App();
    const book = new ConnectionBook();
    const { context } = options.telemetry ?? Telemetry.none();
    const query = routeQuery(app, book, database, context);
    const feed = routeFeed(app, book, {
      timetable: new Timetable(new FlightReel(database)),
      rate: feedRate,
      onError: (error) => console.error(`feed: ${error}`),
      context,
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
      links: ["/connections", "/metrics", "/healthz"],
    }).mount(app);
    routeHttp(app, book, metrics);
    const listening = await new Promise<us_listen_socket | false>((resolve) => {
      // The port, the option and a host go together, though the typings do not know it. Without the option a
      // second server would share the port, and each would get some of the connections.
      const listen = app.listen.bind(app) as unknown as ListenOnHost;
      listen(host, port, exclusivePort, resolve);
    });
    if (listening === false) throw new ListenError({ host, port });
    return new Server({ app, query, feed, page, host }, book, listening);
  }

  /** Where it is, for a browser. */
  get url(): string {
    const host = this.host.includes(":") ? `[${this.host}]` : this.host;
    return `http://${host}:${this.port}`;
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

  /** Takes no new connections, ends queries and feed, and closes the connections in order. */
  async drain(options: CloseOptions = { code: 1001, reason: "server stopping" }): Promise<void> {
    if (this.#listening === undefined) return;
    us_listen_socket_close(this.#listening);
    this.#listening = undefined;
    const { query, feed, page } = this.#parts;
    await feed.feed.stop();
    query.end();
    await Promise.all([query.sluice.close(options), feed.sluice.close(options), page.close()]);
  }

  /** Drains, and then cuts off what is left. */
  async stop(): Promise<void> {
    await this.drain();
    this.#parts.app.close();
  }
}

interface Parts {
  readonly app: ReturnType<typeof App>;
  readonly query: ReturnType<typeof routeQuery>;
  readonly feed: ReturnType<typeof routeFeed>;
  readonly page: LivePage;
  readonly host: string;
}

function logPaths(registries: Registries, context: Context.Context<never>): void {
  for (const [path, registry] of Object.entries(registries)) {
    logConnections(registry, { annotations: () => ({ path }), context });
  }
}

type ListenOnHost = (
  host: string,
  port: number,
  options: number,
  done: (listening: us_listen_socket | false) => void,
) => void;

/** `LIBUS_LISTEN_EXCLUSIVE_PORT` of uWebSockets.js. */
const exclusivePort = 1;
