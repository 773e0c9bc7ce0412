/**
 * Where the server's metrics, logs and spans go.
 *
 * - Metrics are in a registry of their own, which `/metrics` reads.
 * - `OTEL_EXPORTER_OTLP_ENDPOINT`, or one of its three kin for a signal, exports metrics, logs and spans over OTLP,
 *   by Effect's exporter, with the other standard variables (`OTEL_SERVICE_NAME`, `OTEL_METRIC_EXPORT_INTERVAL`,
 *   `OTEL_TRACES_EXPORTER=none`, `OTEL_EXPORTER_OTLP_HEADERS`, …).
 * - `SLUICE_LOG_LEVEL` (debug, info, warn, error) prints the log to standard error from that level on. Without it
 *   only errors are printed, for the screen belongs to the table; what is exported begins at info.
 */
import {
  ConfigProvider,
  Context,
  Effect,
  Exit,
  Layer,
  Logger,
  LogLevel,
  Metric,
  References,
  Scope,
} from "effect";

/** The part of `process.env` that is read. */
type Environment = Readonly<Record<string, string | undefined>>;

export class Telemetry {
  /** The services that effects of the server run with. */
  readonly context: Context.Context<never>;
  readonly #scope: Scope.Closeable;

  private constructor(context: Context.Context<never>, scope: Scope.Closeable) {
    this.context = context;
    this.#scope = scope;
  }

  /** Metrics that nobody exports, and a log of errors only. */
  static none(): Telemetry {
    const level = Layer.succeed(References.MinimumLogLevel, "Error");
    const context = Context.make(Metric.MetricRegistry, new Map());
    const scope = Scope.makeUnsafe();
    return new Telemetry(Effect.runSyncWith(context)(build(level, scope)), scope);
  }

  /**
   * As the environment says; of several threads that serve each says which it is, for their metrics have the same names.
   * Rejects with an `EnvironmentError` that names the variable.
   */
  static async start(given: Environment, thread?: number): Promise<Telemetry> {
    const environment = thread === undefined ? given : withThread(given, thread);
    const scope = Scope.makeUnsafe();
    const registry = Context.make(Metric.MetricRegistry, new Map());
    const level = levelOf(environment);
    const layers = [logging(environment, level)];
    if (isExporting(environment)) layers.push(await exporting(environment, level !== undefined));
    const layer = layers.reduce((all, one) => Layer.provideMerge(one, all));
    const context = await Effect.runPromiseWith(registry)(build(layer, scope));
    return new Telemetry(context, scope);
  }

  /** Exports what is left, and stops. */
  async stop(): Promise<void> {
    await Effect.runPromiseWith(this.context)(Scope.close(this.#scope, Exit.void));
  }
}

/** A variable of the environment that is wrong. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
}

/** The services of a layer, beside those that it is built with. */
function build(layer: Layer.Layer<never>, scope: Scope.Scope) {
  return Effect.contextWith((given: Context.Context<never>) =>
    Layer.buildWithScope(layer, scope).pipe(
      Effect.map((made) => Context.merge(given, made) as Context.Context<never>),
    ),
  );
}

function withThread(environment: Environment, thread: number): Environment {
  const { OTEL_RESOURCE_ATTRIBUTES: others } = environment;
  const own = `service.instance.id=${process.pid}-${thread}`;
  return { ...environment, OTEL_RESOURCE_ATTRIBUTES: others ? `${others},${own}` : own };
}

function levelOf(environment: Environment): LogLevel.LogLevel | undefined {
  const wanted = environment["SLUICE_LOG_LEVEL"];
  if (wanted === undefined || wanted === "") return undefined;
  const level = LogLevel.values.find((one) => one.toLowerCase() === wanted.toLowerCase());
  if (level !== undefined) return level;
  const names = LogLevel.values.map((one) => one.toLowerCase()).join(", ");
  throw new EnvironmentError(`SLUICE_LOG_LEVEL (${wanted}) must be one of: ${names}`);
}

function logging(environment: Environment, level: LogLevel.LogLevel | undefined) {
  const minimum = level ?? (isExporting(environment) ? "Info" : "Error");
  return Layer.mergeAll(
    Layer.succeed(References.MinimumLogLevel, minimum),
    Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)]),
  );
}

function isExporting(environment: Environment): boolean {
  return Object.entries(environment).some(
    ([name, value]) => /^OTEL_EXPORTER_OTLP_(\w+_)?ENDPOINT$/.test(name) && Boolean(value),
  );
}

/** Effect's exporter. It is loaded only where it is wanted. */
async function exporting(environment: Environment, printing: boolean) {
  const [{ Otlp, OtlpSerialization }, { layer: httpClient }] = await Promise.all([
    import("effect/observability"),
    import("effect/http/FetchHttpClient"),
  ]);
  const isJson = environment["OTEL_EXPORTER_OTLP_PROTOCOL"] === "http/json";
  const given = Object.entries(environment).filter(([, value]) => Boolean(value));
  // The standard's default for each signal is "otlp"; Effect's is to export nothing.
  const env = {
    OTEL_SERVICE_NAME: "sluice",
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_LOGS_EXPORTER: "otlp",
    OTEL_TRACES_EXPORTER: "otlp",
    ...(Object.fromEntries(given) as Record<string, string>),
  };
  return Otlp.layerFromConfig({ loggerMergeWithExisting: printing }).pipe(
    Layer.provide(isJson ? OtlpSerialization.layerJson : OtlpSerialization.layerProtobuf),
    Layer.provide(httpClient),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))),
  ) as Layer.Layer<never>;
}
