/** The span around a send. It is there when a tracer is provided, and costs a look at the fiber when none is. */
import { Context, Effect, Fiber, Tracer } from "effect";

/** Whether the fiber that runs now has a tracer that it was given, and tracing is not switched off. */
export function isTracing(): boolean {
  const cache = Fiber.getCurrent()?.cache;
  // The tracer that Effect falls back to keeps its spans to itself: here it is undefined.
  return cache?.tracer !== undefined && cache.tracerEnabled;
}

/** Whether services have a tracer. */
export function hasTracer(context: Context.Context<never>): boolean {
  return Context.getOrUndefined(context, Tracer.Tracer) !== undefined;
}

/** The same effect in a span `sluice.send`, a producer's, with the id of its connection. */
export const sendSpan = <A, E>(
  connection: string,
  send: Effect.Effect<A, E>,
): Effect.Effect<A, E> =>
  Effect.useSpan(
    "sluice.send",
    { kind: "producer", attributes: { "sluice.connection.id": connection } },
    () => send,
  );
