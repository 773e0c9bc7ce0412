/**
 * The metrics of the connections of a registry, as Effect's `Metric`: whoever reads those has them, be it
 * `prometheusText` of this package, or an exporter of Effect's such as `OtlpMetrics`.
 *
 * Counters and gauges are read off the connections when they are scraped, in one pass: `scrape` makes it in many turns of
 * the event loop, every other reader in one. In between they cost nothing.
 * Counters include the connections that have gone. Crossings are counted as they happen, for steps of the chart are
 * rare. Times and batch sizes are sampled: see `Sampler` for which, and what the samples stand for.
 */
import { checkOptions, isPlainObject, type StepListener } from "@sluice/core";
import { events } from "@sluice/machines";
import { Context, Effect, Metric, type Scope } from "effect";
import type { ConnectionRegistry } from "../hub/ConnectionRegistry.js";
import type { AnyConnection } from "../hub/Registry.js";
import type { SampleListener } from "../watch/Sampler.js";
import { budgetFamilies } from "./budgetFamilies.js";
import { connectionFamilies, type Known, sampledFamilies } from "./connectionFamilies.js";
import { evictionFamilies } from "./evictionFamilies.js";
import { type Labels, register } from "./Family.js";
import { incomingFamilies } from "./incomingFamilies.js";
import { OncePerTurn } from "./OncePerTurn.js";
import type { Picture, Pictured } from "./Picture.js";
import { Pictures } from "./Pictures.js";
import { scraped } from "./scrape.js";

/** What is asked of a connection. */
export type Measurable = Pictured &
  Pick<AnyConnection, "id" | "assess" | "recommendation" | "observe" | "sample">;

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
  readonly #pictures: Pictures<C>;
  readonly #crossings = new Float64Array(events.length);
  readonly #known = new OncePerTurn<Known>(() => this.#knowing(this.#pictures.now()));
  readonly #samples: SampleListener;
  readonly #stops: Array<() => void>;
  #isStopped = false;

  readonly #steps: StepListener = {
    onStep: (event) => {
      this.#crossings[event] = (this.#crossings[event] ?? 0) + 1;
    },
  };

  /**
   * @throws {ConfigurationError} when an option is not valid.
   * @throws {Error} when the connections of this registry are measured already.
   */
  constructor(registry: ConnectionRegistry<C>, options: MetricsOptions = {}) {
    checkOptions(options, "ConnectionMetrics", rules);
    if (measured.has(registry)) {
      throw new Error(
        "a ConnectionMetrics measures the connections of this registry already: stop it first",
      );
    }
    const { labels = {}, context = Context.empty() } = options;
    const { budget, inboxes } = registry;
    this.#registry = registry;
    this.#pictures = new Pictures(registry);
    const sampled = sampling(labels, context);
    this.#samples = sampled.listener;
    this.#stops = [
      register(connectionFamilies, { source: () => this.#known.get(), labels, context }),
      register(evictionFamilies, { source: () => registry.evictions, labels, context }),
      ...(budget === undefined
        ? []
        : [register(budgetFamilies, { source: () => budget.use, labels, context })]),
      ...(inboxes === undefined
        ? []
        : [register(incomingFamilies, { source: () => inboxes.statistics, labels, context })]),
      sampled.remove,
      scraped(context, {
        look: () => this.#pictures.taken(),
        show: () => this.#known.put(this.#knowing(this.#pictures.latest)),
      }),
      registry.follow((connection) => this.#watch(connection)),
    ];
    measured.add(registry);
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
    if (this.#isStopped) return;
    this.#isStopped = true;
    measured.delete(this.#registry);
  }

  #watch(connection: C): () => void {
    const stopSteps = connection.observe(this.#steps);
    const stopSamples = connection.sample(this.#samples);
    return () => {
      this.#pictures.went(connection);
      stopSteps();
      stopSamples();
    };
  }

  #knowing(picture: Picture): Known {
    return { picture, crossings: this.#crossings };
  }
}

/** What `MetricsOptions` must be. */
const rules = {
  labels: [isPlainObject, "must be a plain object of strings"],
  context: [Context.isContext, "must be a Context of Effect"],
} as const;

/** The registries that are measured: a second one would count everything twice, and take the first one's samples. */
const measured = new WeakSet<object>();

/** The histograms, and who fills them. */
function sampling(labels: Labels, context: Context.Context<never>) {
  const histograms = sampledFamilies.map(({ name, help, unit, boundaries }) => {
    const attributes = { ...labels, ...(unit && { unit }) };
    const histogram = Metric.histogram(name, { description: help, attributes, boundaries });
    // Asked once, so that it is in the exposition before its first sample.
    histogram.valueUnsafe(context);
    return histogram;
  });
  type Histogram = Metric.Histogram<number>;
  const [outboxTime, sendWait, batch, roundTrip] = histograms as [
    Histogram,
    Histogram,
    Histogram,
    Histogram,
  ];
  const listener: SampleListener = {
    onOutboxTime: (millis) => outboxTime.updateUnsafe(millis / 1000, context),
    onSendWait: (millis) => sendWait.updateUnsafe(millis / 1000, context),
    onBatch: (messages) => batch.updateUnsafe(messages, context),
    onRoundTrip: (millis) => roundTrip.updateUnsafe(millis / 1000, context),
  };
  const remove = () => {
    for (const histogram of histograms) Metric.removeUnsafe(histogram, context);
  };
  return { listener, remove };
}
