/**
 * The metrics of the connections of a registry, as Effect's `Metric`: whoever reads those has them, be it
 * `prometheusText` of this package, or an exporter of Effect's such as `OtlpMetrics`.
 *
 * Counters and gauges are read off the connections when they are scraped, in one pass; in between they cost nothing.
 * Counters include the connections that have gone. Crossings are counted as they happen, for steps of the chart are
 * rare. Times and batch sizes are sampled: see `Sampler` for which, and what the samples stand for.
 */
import type { StepListener } from "@sluice/core";
import { events } from "@sluice/machines";
import { Context, Effect, Metric, type Scope } from "effect";
import type { AnyConnection, ConnectionRegistry } from "../Registry.js";
import { connectionFamilies, type Known, sampledFamilies } from "./connectionFamilies.js";
import { type Labels, register } from "./Family.js";
import { OncePerTurn } from "./OncePerTurn.js";
import { Picture, type Pictured } from "./Picture.js";
import type { SampleListener } from "./Sampler.js";
import { Totals } from "./Totals.js";

/** What is asked of a connection. */
export type Measurable = Pictured & Pick<AnyConnection, "id" | "health" | "observe" | "sample">;

export interface MetricsOptions {
  /**
   * Labels of all its series, such as `{ path: "/feed" }`. Two registries whose metrics go to one place need different
   * ones. Each value is a series of its own for ever: never put a connection's id here.
   */
  readonly labels?: Labels;
  /** Has the `Metric.MetricRegistry` that they go to; by default that of the process. */
  readonly context?: Context.Context<never>;
}

/**
 * The metrics of a registry's connections, from when it is made until it is stopped.
 *
 * @example
 * ```ts
 * import { ConnectionRegistry, type PlainConnection } from "@sluice/runtime";
 * import { ConnectionMetrics, prometheusText } from "@sluice/runtime/metrics";
 *
 * const registry = new ConnectionRegistry<PlainConnection<string>>(); // With Sluice: sluice.connections.
 * const metrics = new ConnectionMetrics(registry, { labels: { path: "/feed" } });
 * prometheusText().includes('sluice_connections{path="/feed",state="normal"} 0'); // => true
 * metrics.stop();
 * ```
 */
export class ConnectionMetrics<C extends Measurable> {
  readonly #registry: ConnectionRegistry<C>;
  readonly #watched = new Map<C, () => void>();
  readonly #gone = new Totals();
  readonly #crossings = new Float64Array(events.length);
  readonly #known = new OncePerTurn<Known>(() => this.#look());
  readonly #samples: SampleListener;
  readonly #stops: Array<() => void>;

  readonly #steps: StepListener = {
    onStep: (event) => {
      this.#crossings[event] = (this.#crossings[event] ?? 0) + 1;
    },
  };

  constructor(registry: ConnectionRegistry<C>, options: MetricsOptions = {}) {
    const { labels = {}, context = Context.empty() } = options;
    this.#registry = registry;
    const sampled = sampling(labels, context);
    this.#samples = sampled.listener;
    this.#stops = [
      register(connectionFamilies, { source: () => this.#known.get(), labels, context }),
      sampled.remove,
      registry.onAdded((connection) => this.#watch(connection)),
      registry.onRemoved((connection) => this.#forget(connection)),
    ];
    for (const connection of registry) this.#watch(connection);
  }

  /** The same as a scoped effect: stopped when the scope closes. */
  static readonly make = <C extends Measurable>(
    registry: ConnectionRegistry<C>,
    options: Omit<MetricsOptions, "context"> = {},
  ): Effect.Effect<ConnectionMetrics<C>, never, Scope.Scope> =>
    Effect.contextWith((context: Context.Context<Scope.Scope>) =>
      Effect.acquireRelease(
        Effect.sync(() => new ConnectionMetrics(registry, { ...options, context })),
        (metrics) => Effect.sync(() => metrics.stop()),
      ),
    );

  /** Takes its series out of the registry of metrics, and no longer watches connections. */
  stop(): void {
    for (const stop of this.#stops) stop();
    for (const stop of this.#watched.values()) stop();
    this.#watched.clear();
  }

  #watch(connection: C): void {
    const stopSteps = connection.observe(this.#steps);
    const stopSamples = connection.sample(this.#samples);
    this.#watched.set(connection, () => {
      stopSteps();
      stopSamples();
    });
  }

  #forget(connection: C): void {
    this.#gone.add(connection.stats());
    this.#watched.get(connection)?.();
    this.#watched.delete(connection);
  }

  #look(): Known {
    return {
      picture: new Picture(this.#registry, this.#gone),
      crossings: this.#crossings,
    };
  }
}

/** The histograms, and who fills them. */
function sampling(labels: Labels, context: Context.Context<never>) {
  const [outboxTime, sendWait, batch] = sampledFamilies.map(({ name, help, unit, boundaries }) => {
    const attributes = { ...labels, ...(unit && { unit }) };
    const histogram = Metric.histogram(name, { description: help, attributes, boundaries });
    // Asked once, so that it is in the exposition before its first sample.
    histogram.valueUnsafe(context);
    return histogram;
  }) as [Metric.Histogram<number>, Metric.Histogram<number>, Metric.Histogram<number>];
  const listener: SampleListener = {
    onOutboxTime: (millis) => outboxTime.updateUnsafe(millis / 1000, context),
    onSendWait: (millis) => sendWait.updateUnsafe(millis / 1000, context),
    onBatch: (messages) => batch.updateUnsafe(messages, context),
  };
  const remove = () => {
    for (const histogram of [outboxTime, sendWait, batch]) Metric.removeUnsafe(histogram, context);
  };
  return { listener, remove };
}
