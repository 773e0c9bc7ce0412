/** A connection under flow control, for programs written with promises and callbacks. */
import { type Accepted, kindOf, Label } from "@sluice/core";
import { Effect } from "effect";
import { quiet } from "../actor/Attempt.js";
import type { CloseInfo, CloseOptions } from "../actor/CloseInfo.js";
import { onAbort } from "./Aborts.js";
import { Answer } from "./Answer.js";
import { Connection } from "./Connection.js";
import { ConnectionView } from "./ConnectionView.js";
import { type Labelled, labelIn } from "./Labelled.js";
import { SendError } from "./SendError.js";

/**
 * A connection whose `send` and `close` return promises.
 *
 * @example
 * ```ts
 * import type { PlainConnection } from "@sluice/runtime";
 *
 * async function stream(connection: PlainConnection<string>, rows: AsyncIterable<string>) {
 *   for await (const row of rows) await connection.send(row);
 * }
 * ```
 */
export class PlainConnection<in out T> extends ConnectionView<T> {
  #effect: Connection<T> | undefined;
  #closed: Promise<CloseInfo> | undefined;
  #signal: AbortSignal | undefined;

  /** The same connection for Effect programs. */
  get effect(): Connection<T> {
    this.#effect ??= new Connection(this.holder);
    return this.#effect;
  }

  /**
   * Waits as the state demands, then takes the message: this is how backpressure reaches its producer.
   *
   * Rejects with a `SendError` that says why the message was not taken. Aborting the signal takes a waiting
   * message back, and the promise rejects with the signal's reason. A label says what it means: see `offer`. A promise that nobody awaits ends no process
   * when it rejects: the statistics have what became of its message.
   */
  send(message: T, options?: Label<T> | SendOptions<T>): Promise<Accepted> {
    const answer = new Answer(this.actor);
    try {
      const label = options === undefined ? undefined : labelIn<T>(options, ["signal"], "send");
      const signal = signalOf(options);
      if (this.actor.isTraced) return quiet(this.#sendTraced(message, signal, label));
      answer.heeds(signal);
      // The answer knows nothing of the message: an error would hold it for as long as somebody holds the error.
      answer.waitsAs(this.actor.send(message, answer.settle, label));
    } catch (error) {
      answer.misused(error);
    }
    return answer.promise;
  }

  async #sendTraced(
    message: T,
    signal: AbortSignal | undefined,
    label: Label<T> | undefined,
  ): Promise<Accepted> {
    signal?.throwIfAborted();
    const { actor } = this;
    const run = Effect.runPromiseWith(actor.context);
    if (signal === undefined) return run(this.effect.send(message, label));
    // Effect listens on the signal that it is given: one of its own, so that theirs has one listener.
    const own = new AbortController();
    const stop = onAbort(signal, () => own.abort(signal.reason));
    try {
      return await run(this.effect.send(message, label), own);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      stop();
    }
  }

  /**
   * Takes nothing new, flushes what is queued for at most `closeTimeoutMillis`, and closes. The transport has
   * everything then, and its client may still be reading: before a process ends, `Sluice.close` waits for that too.
   *
   * At the deadline the socket is cut off. What it had accepted and not yet written is lost then, though it counts as
   * delivered: `CloseInfo.acknowledged` says what certainly arrived.
   *
   * @throws {RangeError | TypeError} for a code or a reason that cannot be sent; then nothing has changed.
   */
  close(options?: CloseOptions): Promise<CloseInfo> {
    this.actor.close(options);
    return this.closed;
  }

  /** Resolves when the connection has closed, whoever closed it. Always the same promise. */
  get closed(): Promise<CloseInfo> {
    this.#closed ??= new Promise((resolve) => {
      this.onClosed(resolve);
    });
    return this.#closed;
  }

  /**
   * Aborted when the connection has closed, with a `SendError` as its reason: for whatever is done for this client
   * alone, and is to end with it. Always the same signal.
   *
   * @example
   * ```ts
   * import type { PlainConnection } from "@sluice/runtime";
   *
   * async function forward(connection: PlainConnection<string>, url: string) {
   *   const response = await fetch(url, { signal: connection.signal });
   *   await connection.send(await response.text());
   * }
   * ```
   */
  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      const controller = new AbortController();
      this.#signal = controller.signal;
      this.onClosed(() =>
        controller.abort(new SendError({ reason: "closed", connection: this.id })),
      );
    }
    return this.#signal;
  }

  /** Calls `listener` once when the connection has closed. Returns how to stop listening. */
  onClosed(listener: (info: CloseInfo) => void): () => void {
    return this.actor.ending.onClosed(listener);
  }

  /**
   * A stream of the web platform that sends what is written to it, each chunk when the connection is ready
   * for it. Closing the stream leaves the connection open; when the connection closes, the stream fails, and
   * with it whatever is piped into it.
   */
  writable(): WritableStream<T> {
    let stop = () => {};
    return new WritableStream<T>({
      start: (controller) => {
        stop = this.onClosed(() =>
          controller.error(new SendError({ reason: "closed", connection: this.id })),
        );
      },
      write: async (message, controller) => {
        // The types of Node 20 do not know the signal, which is there since Node 18.
        const { signal } = controller as WritableStreamDefaultController & {
          readonly signal: AbortSignal;
        };
        try {
          await this.send(message, { signal });
        } catch (error) {
          // The stream has failed, and is not told of anything any more.
          stop();
          throw error;
        }
      },
      close: () => stop(),
      abort: () => stop(),
    });
  }
}

/** How a message is sent. */
export interface SendOptions<T = never> extends Labelled<T> {
  /** Takes the message back, while it waits. */
  readonly signal?: AbortSignal | undefined;
}

function signalOf<T>(options: Label<T> | SendOptions<T> | undefined): AbortSignal | undefined {
  const signal = options instanceof Label ? undefined : options?.signal;
  if (signal !== undefined && !isSignal(signal)) {
    throw new TypeError(`signal must be an AbortSignal, not ${kindOf(signal)}`);
  }
  return signal;
}

/** Of any realm: what is asked of it is there. */
function isSignal(signal: AbortSignal): boolean {
  return (
    typeof signal?.throwIfAborted === "function" && typeof signal.addEventListener === "function"
  );
}
