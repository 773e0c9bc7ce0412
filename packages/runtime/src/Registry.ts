/** The connections of a server: look one up, list them, and be told when the health of one changes. */
import type { Health, Recommendation } from "@sluice/core";
import { Cause, Context, Effect, Layer, Queue, type Scope, Stream } from "effect";
import type { Connection } from "./Connection.js";

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
  readonly health: Health;
  recommendation(): Recommendation;
}

/** How often health is looked at by default, in milliseconds. */
export const assessEveryMillis = 1_000;

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
  readonly #entries = new Map<string, { readonly connection: C; health: Health }>();
  readonly #listeners = new Set<(change: HealthChange<C>) => void>();
  readonly #arrivals = new Set<(connection: C) => void>();
  readonly #departures = new Set<(connection: C) => void>();

  /** Connections registered. */
  get size(): number {
    return this.#entries.size;
  }

  /** @throws {Error} when a connection of that id is registered already. */
  add(connection: C): void {
    if (this.#entries.has(connection.id)) {
      throw new Error(`a connection with the id ${connection.id} is registered already`);
    }
    this.#entries.set(connection.id, { connection, health: "healthy" });
    for (const listener of [...this.#arrivals]) listener(connection);
  }

  remove(connection: C): boolean {
    if (this.#entries.get(connection.id)?.connection !== connection) return false;
    this.#entries.delete(connection.id);
    for (const listener of [...this.#departures]) listener(connection);
    return true;
  }

  get(id: string): C | undefined {
    return this.#entries.get(id)?.connection;
  }

  /** In the order in which they came. */
  *[Symbol.iterator](): IterableIterator<C> {
    for (const { connection } of this.#entries.values()) yield connection;
  }

  /** Calls `listener` with each connection that comes; those that are there are not new. Returns how to stop. */
  onAdded(listener: (connection: C) => void): () => void {
    this.#arrivals.add(listener);
    return () => this.#arrivals.delete(listener);
  }

  /** Calls `listener` with each connection that goes. Returns how to stop. */
  onRemoved(listener: (connection: C) => void): () => void {
    this.#departures.add(listener);
    return () => this.#departures.delete(listener);
  }

  /** Calls `listener` at each change of a connection's health. Returns how to stop listening. */
  onHealthChange(listener: (change: HealthChange<C>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `listener` when a connection turns unhealthy. Returns how to stop listening. */
  onUnhealthy(listener: (change: HealthChange<C>) => void): () => void {
    return this.onHealthChange((change) => {
      if (change.to === "unhealthy") listener(change);
    });
  }

  /**
   * Looks at the health of every connection and tells who listens of the changes.
   *
   * @throws {AggregateError} of what listeners threw, when all connections and listeners have had their turn.
   */
  assess(): void {
    const thrown: Array<unknown> = [];
    const attempt = (act: () => void) => {
      try {
        act();
      } catch (error) {
        thrown.push(error);
      }
    };
    for (const entry of [...this.#entries.values()]) {
      attempt(() => {
        const { connection, health: from } = entry;
        const to = connection.health;
        if (to === from) return;
        entry.health = to;
        const change = { connection, from, to, recommendation: connection.recommendation() };
        for (const listener of [...this.#listeners]) attempt(() => listener(change));
      });
    }
    if (thrown.length > 0) throw new AggregateError(thrown, "listeners to health failed");
  }
}

/** Looks at the health of all connections again and again, until it is interrupted. What listeners throw is logged. */
export const assessing = <C extends Registrable>(
  registry: ConnectionRegistry<C>,
  everyMillis: number = assessEveryMillis,
): Effect.Effect<never> =>
  Effect.sleep(everyMillis).pipe(
    Effect.andThen(Effect.sync(() => registry.assess())),
    Effect.catchCause((cause) =>
      Cause.hasInterrupts(cause) ? Effect.interrupt : Effect.logError(cause),
    ),
    Effect.forever,
  );

/** The changes of health, as a stream; a reader that falls behind loses the oldest of 1,024. */
export const healthChanges = <C extends Registrable>(
  registry: ConnectionRegistry<C>,
): Stream.Stream<HealthChange<C>> =>
  Stream.callback<HealthChange<C>>(
    (queue) =>
      Effect.acquireRelease(
        Effect.sync(() => registry.onHealthChange((change) => Queue.offerUnsafe(queue, change))),
        (stop) => Effect.sync(stop),
      ) as Effect.Effect<unknown, never, Scope.Scope>,
    { bufferSize: 1_024, strategy: "sliding" },
  );

/** A connection of whatever messages: everything but its ways in. */
export type AnyConnection = Pick<
  Connection<never>,
  Exclude<keyof Connection<never>, "offer" | "send" | "sink">
>;

/** The registry as a service. */
export class Registry extends Context.Service<Registry, ConnectionRegistry<AnyConnection>>()(
  "@sluice/runtime/Registry",
) {
  /** A registry whose connections are assessed once a second while the layer lives. */
  static readonly layer: Layer.Layer<Registry> = Layer.effect(
    Registry,
    Effect.gen(function* () {
      const registry = new ConnectionRegistry<AnyConnection>();
      yield* Effect.forkScoped(assessing(registry));
      return registry;
    }),
  );
}
