/** What a server has on an app of its own thread: `/query`, `/feed`, the page, and what is answered over plain HTTP. */
import type { TemplatedApp } from "uWebSockets.js";
import { type LivePage, type LivePageOptions, livePage } from "@sluice/page";
import { type CloseOptions, logConnections } from "@sluice/runtime";
import type { Bus } from "@sluice/runtime/adapter";
import { Admission, type AdmissionOptions, type OriginOptions } from "@sluice/uws";
import type { Context } from "effect";
import { ConnectionBook } from "./ConnectionBook.js";
import {
  type FeedMaker,
  type FeedRoute,
  type FeedRouteOptions,
  routeFeed,
} from "./feed/FeedRoute.js";
import type { Guests } from "./Guests.js";
import { type Account, routeHttp } from "./http/HttpRoutes.js";
import { Metrics, type Registries } from "./http/Metrics.js";
import type { Queries } from "./query/fair.js";
import { type QueryRoute, routeQuery } from "./query/QueryRoute.js";

export interface SiteOptions<F extends FeedMaker> {
  readonly context: Context.Context<never>;
  readonly guests: Guests;
  readonly origins: OriginOptions;
  readonly admission: Omit<AdmissionOptions, "isExempt"> | undefined;
  readonly queries: Queries;
  readonly makeFeed: FeedRouteOptions<F>["make"];
  readonly bus: Bus | undefined;
  /** What is said of the server, which may be more than this site. */
  readonly account: (site: Site<F>) => Account;
  /** All threads that serve, where there are several. */
  readonly whole?: LivePageOptions["whole"];
}

export class Site<F extends FeedMaker = FeedMaker> {
  readonly book = new ConnectionBook();
  readonly metrics: Metrics;
  readonly page: LivePage;
  readonly registries: Registries;
  readonly #query: QueryRoute;
  readonly #feed: FeedRoute<F>;

  constructor(app: TemplatedApp, options: SiteOptions<F>) {
    const { book } = this;
    const { context, guests, origins, queries, makeFeed: make, bus } = options;
    const isExempt = guests.isGuest.bind(guests);
    const admission = new Admission({ ...options.admission, isExempt });
    const entry = { guests, origins, admission };
    this.#query = routeQuery(app, book, queries, context, entry);
    this.#feed = routeFeed(app, book, { context, entry, bus, make });
    const routes = { "/query": this.#query.sluice, "/feed": this.#feed.sluice };
    this.registries = {
      "/query": this.#query.sluice.connections,
      "/feed": this.#feed.sluice.connections,
    };
    this.metrics = new Metrics(this.registries, context);
    logPaths(this.registries, context);
    this.page = livePage({
      routes,
      nameOf: (connection) => book.clientOf(connection),
      links: ["/connections", "/evictions", "/metrics", "/healthz"],
      origins,
      whole: options.whole,
    }).mount(app);
    routeHttp(app, options.account(this));
  }

  get feed(): F {
    return this.#feed.feed;
  }

  /** Closed in order, and their clients have not read all yet. */
  get lingering(): number {
    return this.#query.sluice.lingering + this.#feed.sluice.lingering;
  }

  /** Channels that somebody is subscribed to. */
  get channels(): { readonly length: number } {
    return this.#feed.sluice.channels;
  }

  /** By path. */
  get evictions(): Readonly<Record<string, Registries["/feed"]["evictions"]>> {
    const { registries } = this;
    return { "/query": registries["/query"].evictions, "/feed": registries["/feed"].evictions };
  }

  /** Ends queries and feed, and closes the connections in order. */
  async close(options: CloseOptions): Promise<void> {
    await Promise.all([
      this.#query.stop().then(() => this.#query.sluice.close(options)),
      this.feed.stop().then(() => this.#feed.sluice.close(options)),
      this.page.close(),
    ]);
  }
}

function logPaths(registries: Registries, context: Context.Context<never>): void {
  for (const [path, registry] of Object.entries(registries)) {
    logConnections(registry, { annotations: () => ({ path }), context });
  }
}
