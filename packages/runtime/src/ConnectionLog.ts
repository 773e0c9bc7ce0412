/**
 * What happens to connections, in Effect's log: changes of state at debug, of health at info, and at warning what an
 * operator should see: a connection that turned unhealthy, that stalled, that was evicted or could not be flushed.
 *
 * Every line is annotated with the connection's id, and with what its owner says of it. It hears only of steps of the
 * chart, which are rare; of a level that is off nothing is made, and a connection of which nothing would be logged
 * is not listened to.
 */
import type { StepListener } from "@sluice/core";
import { Event, states } from "@sluice/machines";
import { Context, Effect, LogLevel, References } from "effect";
import type { AnyConnection, ConnectionRegistry } from "./Registry.js";

/** What is asked of a connection. */
export type Loggable = Pick<AnyConnection, "id" | "health" | "recommendation" | "fill" | "observe">;

export interface LogOptions<C> {
  /** Annotations beside `connection`, its id: called once for each connection. */
  readonly annotations?: (connection: C) => Readonly<Record<string, unknown>>;
  /** Has the loggers and the minimum level; by default those of Effect, which print from info on. */
  readonly context?: Context.Context<never>;
}

/**
 * Logs what happens to the connections of a registry. Returns how to stop.
 *
 * @example
 * ```ts
 * import { ConnectionRegistry, logConnections, type PlainConnection } from "@sluice/runtime";
 *
 * const registry = new ConnectionRegistry<PlainConnection<string>>(); // With Sluice: sluice.connections.
 * const stop = logConnections(registry, { annotations: () => ({ path: "/feed" }) });
 * stop();
 * ```
 */
export function logConnections<C extends Loggable>(
  registry: ConnectionRegistry<C>,
  options: LogOptions<C> = {},
): () => void {
  const { annotations, context = Context.empty() } = options;
  const minimum = Context.get(context, References.MinimumLogLevel);
  if (!isOn("Warn", minimum)) return () => {};
  const stops = new Map<C, () => void>();
  const watch = (connection: C) => {
    const about = { ...annotations?.(connection), connection: connection.id };
    stops.set(connection, connection.observe(logOf(connection, about, { minimum, context })));
  };
  for (const connection of registry) watch(connection);
  const stopAdded = registry.onAdded(watch);
  const stopRemoved = registry.onRemoved((connection) => {
    stops.get(connection)?.();
    stops.delete(connection);
  });
  return () => {
    stopAdded();
    stopRemoved();
    for (const stop of stops.values()) stop();
    stops.clear();
  };
}

/** Where the lines go, and from which level on. */
interface Log {
  readonly minimum: LogLevel.LogLevel;
  readonly context: Context.Context<never>;
}

function logOf(
  connection: Loggable,
  annotations: Readonly<Record<string, unknown>>,
  { minimum, context }: Log,
): StepListener {
  return {
    onStep(event, from, to) {
      const level = levelOf(event, from, to);
      if (!isOn(level, minimum)) return;
      const line = Effect.logWithLevel(level)(textOf(event, from, to)).pipe(
        Effect.annotateLogs({ ...annotations, fill: Math.round(connection.fill * 100) / 100 }),
      );
      Effect.runForkWith(context)(line);
    },
  };
}

function levelOf(event: number, from: number, to: number): LogLevel.Severity {
  if (event === Event.evict || event === Event.deadline || event === Event.stall) return "Warn";
  const health = states[to]?.health;
  if (states[from]?.health === health || health === undefined) return "Debug";
  return health === "unhealthy" ? "Warn" : "Info";
}

function textOf(event: number, from: number, to: number): string {
  if (event === Event.evict) return "evicted";
  if (event === Event.deadline) return "cut off: it could not be flushed in time";
  if (event === Event.stall) return "stalled: the client takes nothing";
  const before = states[from];
  const after = states[to];
  if (before?.state !== after?.state) return `state ${before?.state} -> ${after?.state}`;
  return `health ${before?.health} -> ${after?.health}`;
}

function isOn(level: LogLevel.LogLevel, minimum: LogLevel.LogLevel): boolean {
  return LogLevel.isGreaterThanOrEqualTo(level, minimum);
}
