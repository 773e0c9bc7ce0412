/** A connection under flow control, for programs written with Effect. */
import { type Accepted, Label, type OfferResult } from "@sluice/core";
import { Effect, type Scope, Sink } from "effect";
import { Actor } from "../actor/Actor.js";
import type { ActorOptions } from "../actor/ActorOptions.js";
import type { CloseInfo, CloseOptions } from "../actor/CloseInfo.js";
import { isTracing, sendSpan } from "../actor/Span.js";
import { ConnectionView } from "./ConnectionView.js";
import type { Labelling } from "./Labelled.js";
import { SendError } from "./SendError.js";

/**
 * A connection whose `send` and `close` are effects.
 *
 * @example
 * ```ts
 * import { Effect } from "effect";
 * import type { Connection } from "@sluice/runtime";
 *
 * const greet = (connection: Connection<string>) =>
 *   connection.send("hello").pipe(
 *     Effect.catchTag("SendError", (error) => Effect.logWarning(error.message)),
 *   );
 * ```
 */
export class Connection<in out T> extends ConnectionView<T> {
  /**
   * Makes a connection that is closed with its scope. For adapters: see `@sluice/uws` for a ready one.
   *
   * Dies with a `ConfigurationError` when the configuration is not valid.
   */
  static readonly make = Effect.fnUntraced(function* <T>(
    options: Omit<ActorOptions<T>, "context">,
  ): Effect.fn.Return<
    { readonly connection: Connection<T>; readonly actor: Actor<T> },
    never,
    Scope.Scope
  > {
    const context = yield* Effect.context<never>();
    const actor = yield* Effect.acquireRelease(
      Effect.sync(() => new Actor<T>({ ...options, context })),
      (actor) => Effect.sync(() => actor.evict({ code: 1001, reason: "going away" })),
    );
    return { connection: new Connection(actor), actor };
  });

  /**
   * Waits as the state demands, then takes the message: this is how backpressure reaches its producer.
   *
   * Fails with a `SendError` that says why the message was not taken. Interrupting it leaves the message
   * wholly in or wholly out. Dies with a `ConfigurationError` for a label that is none. Where a tracer is provided it is a span, `sluice.send`.
   */
  send(message: T, label?: Labelling<T>): Effect.Effect<Accepted, SendError> {
    return Effect.callback((resume) => {
      if (isTracing()) return resume(sendSpan(this.id, this.#send(message, label)));
      return this.#start(message, label, resume);
    });
  }

  #send(message: T, label: Labelling<T> | undefined): Effect.Effect<Accepted, SendError> {
    return Effect.callback((resume) => this.#start(message, label, resume));
  }

  #start(
    message: T,
    label: Labelling<T> | undefined,
    resume: (answer: Effect.Effect<Accepted, SendError>) => void,
  ) {
    const { actor } = this;
    const answer = (result: OfferResult) => resume(this.#outcome(result));
    const settle = (result: OfferResult, hasWaited: boolean) => {
      // One that waited is answered in the middle of a flush: what it wakes must not run there.
      if (hasWaited) queueMicrotask(() => answer(result));
      else answer(result);
    };
    const waiter = actor.send(message, settle, label && Label.of(label));
    if (waiter === undefined) return undefined;
    return Effect.sync(() => actor.cancel(waiter));
  }

  /** Takes nothing new, flushes what is queued for at most `closeTimeoutMillis`, and closes. */
  close(options?: CloseOptions): Effect.Effect<CloseInfo> {
    return Effect.suspend(() => {
      this.actor.close(options);
      return this.closed;
    });
  }

  /** Succeeds when the connection has closed, whoever closed it. */
  get closed(): Effect.Effect<CloseInfo> {
    return Effect.callback((resume) => {
      const stop = this.actor.ending.onClosed((info) => resume(Effect.succeed(info)));
      return Effect.sync(stop);
    });
  }

  /**
   * Sends everything that it is given, one after another, each when the connection is ready for it. The
   * connection stays open at the end.
   */
  get sink(): Sink.Sink<void, T, never, SendError> {
    return Sink.forEach((message: T) => this.send(message));
  }

  #outcome(result: OfferResult): Effect.Effect<Accepted, SendError> {
    return result._tag === "Accepted"
      ? Effect.succeed(result)
      : Effect.fail(new SendError({ reason: result.reason, connection: this.id }));
  }
}
