/** The connections of a server: look one up, list them, and be told when the health of one changes. */
import {
  aFunction,
  checkOptions,
  type Health,
  type Inspect,
  mustBeFunction,
  type Recommendation,
  speaks,
} from "@sluice/core";
import { attempt } from "../actor/Attempt.js";
import type { Eviction } from "../actor/Eviction.js";
import type { MemoryBudget } from "../budget/MemoryBudget.js";
import type { IncomingStatistics } from "../incoming/IncomingCounts.js";
import { logged } from "./assessing.js";
import { Evictions } from "./Evictions.js";
import { Following, type Visit } from "./Following.js";

/** A connection's health has changed. */
export interface HealthChange<C> {
  readonly connection: C;
  readonly from: Health;
  readonly to: Health;
  readonly recommendation: Recommendation;
}

/** What a registry needs to know of a connection: every view of one has it. */
export interface Registrable {
  readonly id: string;
  /** How it was cut off, once it was. */
  readonly eviction?: Eviction | undefined;
  /** Moves its health on. */
  assess(): Health;
  recommendation(): Recommendation;
}

export interface RegistryOptions {
  /** Hears of what listeners throw, now or later; by default it is logged. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * A registry of connections. Somebody has to call `assess` about once a second: `assessing` does.
 *
 * @example
 * ```ts
 * import { ConnectionRegistry, type PlainConnection } from "@sluice/runtime";
 *
 * const registry = new ConnectionRegistry<PlainConnection<string>>();
 * registry.onUnhealthy(({ connection, recommendation }) => {
 *   console.warn(connection.id, recommendation.reason);
 * });
 * registry.size; // => 0
 * ```
 */
export class ConnectionRegistry<C extends Registrable> {
  /** Who was cut off lately, and how many for each reason. */
  readonly evictions = new Evictions();
  readonly #entries = new Map<string, C>();
  /** The health of those that are not healthy, as it was last assessed. */
  readonly #unwell = new Map<C, Health>();
  readonly #listeners = new Set<(change: HealthChange<C>) => void>();
  readonly #arrivals = new Set<(connection: C) => void>();
  readonly #departures = new Set<(connection: C) => void>();
  readonly #downfalls = new Set<(eviction: Eviction) => void>();
  readonly #followings = new Set<Following<C>>();
  readonly #onError: RegistryOptions["onError"];

  /** @internal What its connections may hold together, of a server that limits that. */
  budget: MemoryBudget | undefined;
  /** @internal What their clients send, of a server that paces that. */
  inboxes: { readonly statistics: IncomingStatistics } | undefined;

  /** @throws {ConfigurationError} */
  constructor(options: RegistryOptions = {}) {
    checkOptions(options, "ConnectionRegistry", { onError: aFunction });
    this.#onError = options.onError;
  }

  /** Connections registered. */
  get size(): number {
    return this.#entries.size;
  }

  /** @throws {Error} when a connection of that id is registered already. */
  add(connection: C): void {
    if (this.#entries.has(connection.id)) {
      throw new Error(`a connection with the id ${connection.id} is registered already`);
    }
    this.#entries.set(connection.id, connection);
    this.#tell(this.#arrivals, connection);
    // Whoever heard of it first may have let it go, or have stopped.
    for (const following of [...this.#followings]) {
      if (this.#entries.get(connection.id) === connection) following.came(connection);
    }
  }

  remove(connection: C): boolean {
    if (this.#entries.get(connection.id) !== connection) return false;
    this.#entries.delete(connection.id);
    this.#unwell.delete(connection);
    const { eviction } = connection;
    if (eviction !== undefined) this.evictions.note(eviction);
    this.#tell(this.#departures, connection);
    if (eviction !== undefined) this.#tell(this.#downfalls, eviction);
    for (const following of [...this.#followings]) following.went(connection);
    return true;
  }

  get(id: string): C | undefined {
    return this.#entries.get(id);
  }

  /** In the order in which they came. */
  [Symbol.iterator](): IterableIterator<C> {
    return this.#entries.values();
  }

  /** Calls `listener` with each connection that comes; those that are there are not new. Returns how to stop. */
  onAdded(listener: (connection: C) => void): () => void {
    mustBeFunction(listener, "listener");
    this.#arrivals.add(listener);
    return () => this.#arrivals.delete(listener);
  }

  /** Calls `listener` with each connection that goes. Returns how to stop. */
  onRemoved(listener: (connection: C) => void): () => void {
    mustBeFunction(listener, "listener");
    this.#departures.add(listener);
    return () => this.#departures.delete(listener);
  }

  /** Calls `listener` with each eviction, when that connection has gone. Returns how to stop. */
  onEvicted(listener: (eviction: Eviction) => void): () => void {
    mustBeFunction(listener, "listener");
    this.#downfalls.add(listener);
    return () => this.#downfalls.delete(listener);
  }

  /**
   * Visits everyone: those who are there, and each who comes. What `visit` returns is called when that one goes, or
   * when the following stops. Returns how to stop. What fails in any of it goes to `onError`.
   *
   * @example
   * ```ts
   * import { ConnectionRegistry, type PlainConnection } from "@sluice/runtime";
   *
   * const registry = new ConnectionRegistry<PlainConnection<string>>(); // With Sluice: sluice.connections.
   * const present = new Set<string>();
   * const stop = registry.follow(({ id }) => {
   *   present.add(id);
   *   return () => present.delete(id);
   * });
   * stop();
   * ```
   */
  follow(visit: Visit<C>): () => void {
    mustBeFunction(visit, "visit");
    const following = new Following(visit, (error) => this.#failed(error, logged));
    this.#followings.add(following);
    for (const connection of this) following.came(connection);
    return () => {
      this.#followings.delete(following);
      following.stop();
    };
  }

  /** Calls `listener` at each change of a connection's health. Returns how to stop listening. */
  onHealthChange(listener: (change: HealthChange<C>) => void): () => void {
    mustBeFunction(listener, "listener");
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `listener` when a connection turns unhealthy. Returns how to stop listening. */
  onUnhealthy(listener: (change: HealthChange<C>) => void): () => void {
    mustBeFunction(listener, "listener");
    // What it returns is handed on: a promise that rejects is heard.
    return this.onHealthChange((change) =>
      change.to === "unhealthy" ? listener(change) : undefined,
    );
  }

  /**
   * Looks at the health of every connection, or of `some`, and tells who listens of the changes. What goes wrong in that
   * goes to `onError`, or to `log` where there is none.
   */
  assess(log: (error: unknown) => void = logged, some: Iterable<C> = this): void {
    for (const connection of [...some]) {
      if (this.get(connection.id) !== connection) continue;
      attempt(
        () => this.#assessOne(connection, log),
        (error) => this.#failed(error, log),
      );
    }
  }

  #assessOne(connection: C, log: (error: unknown) => void): void {
    const from = this.#unwell.get(connection) ?? "healthy";
    const to = connection.assess();
    if (to === from) return;
    if (to === "healthy") this.#unwell.delete(connection);
    else this.#unwell.set(connection, to);
    if (this.#listeners.size === 0) return;
    const recommendation = connection.recommendation();
    this.#tell(this.#listeners, { connection, from, to, recommendation }, log);
  }

  /** Each in its own room: one that fails keeps nobody else from being told, nor whoever tells from going on. */
  #tell<A>(
    listeners: ReadonlySet<(about: A) => void>,
    about: A,
    log: (error: unknown) => void = logged,
  ): void {
    const failed = (error: unknown) => this.#failed(error, log);
    for (const listener of [...listeners]) attempt(() => listener(about), failed);
  }

  #failed(error: unknown, log: (error: unknown) => void): void {
    const onError = this.#onError;
    if (onError === undefined) log(error);
    else attempt(() => onError(error), log);
  }

  /** All that are registered, for `JSON.stringify`. */
  toJSON(): ReadonlyArray<C> {
    return [...this];
  }

  /** What `console.log` prints: how many there are, and the first of them. */
  [speaks](_depth: number, options: object, inspect: Inspect): string {
    const first = [...this].slice(0, shownAtOnce);
    const more = this.size - first.length;
    const lines = first.map((connection) => `  ${inspect(connection, options)}`);
    if (more > 0) lines.push(`  and ${more} more`);
    return [`ConnectionRegistry (${this.size})`, ...lines].join("\n");
  }
}

const shownAtOnce = 10;
