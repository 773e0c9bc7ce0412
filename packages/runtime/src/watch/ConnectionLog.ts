/**
 * What happens to connections, in Effect's log: changes of state at debug, of health at info, and at warning what an
 * operator should see: a connection that turned unhealthy, that stalled, that was evicted or could not be flushed.
 *
 * Every line is annotated with the connection's id, its label and its data, and with what its owner says of it. It
 * hears only of steps of the chart, which are rare; of a level that is off nothing is made, and a connection of which
 * nothing would be logged is not listened to.
 */
import { aFunction, checkOptions, type StepListener } from "@sluice/core";
import { Event, states, type TableState } from "@sluice/machines";
import { Context, Effect, LogLevel, References } from "effect";
import type { ConnectionRegistry } from "../hub/ConnectionRegistry.js";
import type { AnyConnection } from "../hub/Registry.js";

/** What is asked of a connection. */
export type Loggable = Pick<
  AnyConnection,
  "id" | "assess" | "recommendation" | "fill" | "observe"
> &
  Partial<Pick<AnyConnection, "label" | "data" | "eviction">>;

export interface LogOptions<C> {
  /** Annotations beside `connection`, its id: called once for each connection. */
  readonly annotations?: (connection: C) => Readonly<Record<string, unknown>>;
  /** Has the loggers and the minimum level; by default those of Effect, which print from info on. */
  readonly context?: Context.Context<never>;
}

/**
 * Logs what happens to the connections of a registry. Returns how to stop.
 *
 * @throws {ConfigurationError} when an option is not valid.
 * @throws {Error} when the connections of this registry are logged already.
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
  checkOptions(options, "logConnections", rules);
  if (logged.has(registry)) {
    throw new Error("the connections of this registry are logged already: stop that first");
  }
  const { annotations, context = Context.empty() } = options;
  const minimum = Context.get(context, References.MinimumLogLevel);
  if (!isOn("Warn", minimum)) return () => {};
  logged.add(registry);
  const stop = registry.follow((connection) => {
    const about = { ...annotations?.(connection), connection: connection.id };
    return connection.observe(logOf(connection, about, { minimum, context }));
  });
  let isLogging = true;
  return () => {
    stop();
    // Stopped again, it leaves alone whoever logs them since.
    if (isLogging) logged.delete(registry);
    isLogging = false;
  };
}

/** The registries that are logged: a second log would say everything twice. */
const logged = new WeakSet<object>();

/** What `LogOptions` must be. */
const rules = {
  annotations: aFunction,
  context: [Context.isContext, "must be a Context of Effect"],
} as const;

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
        Effect.annotateLogs({
          ...annotations,
          ...identityOf(connection),
          ...(event === Event.evict && rungOf(connection)),
          fill: Math.round(connection.fill * 100) / 100,
        }),
      );
      Effect.runForkWith(context)(line);
    },
  };
}

/** As it is at that moment: it may be given later, and change. */
function identityOf({ label, data }: Loggable): Readonly<Record<string, unknown>> {
  return { ...(label !== undefined && { label }), ...(data !== undefined && { data }) };
}

/** Why it was cut off. */
function rungOf({ eviction }: Loggable): Readonly<Record<string, unknown>> {
  return { ...(eviction !== undefined && { rung: eviction.rung }) };
}

function levelOf(event: number, from: number, to: number): LogLevel.Severity {
  if (event === Event.evict || event === Event.deadline || event === Event.stall) return "Warn";
  const { health } = stateOf(to);
  if (stateOf(from).health === health) return "Debug";
  return health === "unhealthy" ? "Warn" : "Info";
}

function textOf(event: number, from: number, to: number): string {
  if (event === Event.evict) return "evicted";
  if (event === Event.deadline) return "cut off: it could not be flushed in time";
  if (event === Event.stall) return "stalled: the client takes nothing";
  const before = stateOf(from);
  const after = stateOf(to);
  if (before.state !== after.state) return `state ${before.state} -> ${after.state}`;
  return `health ${before.health} -> ${after.health}`;
}

/** What a row of the transition table says. */
function stateOf(row: number): TableState {
  return states[row] as TableState;
}

function isOn(level: LogLevel.LogLevel, minimum: LogLevel.LogLevel): boolean {
  return LogLevel.isGreaterThanOrEqualTo(level, minimum);
}
