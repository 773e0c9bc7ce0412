/** Looks at the health of a registry's connections, again and again, and its changes as a stream. */
import { Cause, Effect, Queue, type Scope, Stream } from "effect";
import type { ConnectionRegistry, HealthChange, Registrable } from "./ConnectionRegistry.js";

/** How often health is looked at by default, in milliseconds. */
export const assessEveryMillis = 1_000;

const logging = (error: unknown): Effect.Effect<void> =>
  Effect.logError("a listener to a registry of connections failed", error);

/** Where nobody else hears of it. */
export const logged = (error: unknown): void => void Effect.runFork(logging(error));

/**
 * Looks at the health of all connections again and again, until it is interrupted. What listeners throw goes to the
 * registry's `onError`, or is logged by the loggers that this runs with.
 */
export const assessing = <C extends Registrable>(
  registry: ConnectionRegistry<C>,
  everyMillis: number = assessEveryMillis,
): Effect.Effect<never> =>
  Effect.sleep(everyMillis).pipe(
    Effect.andThen(Effect.context<never>()),
    Effect.andThen((context) =>
      Effect.sync(() =>
        registry.assess((error) => void Effect.runForkWith(context)(logging(error))),
      ),
    ),
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
