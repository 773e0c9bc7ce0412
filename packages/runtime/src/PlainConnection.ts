/** A connection under flow control, for programs written with promises and callbacks. */
import type { Accepted } from "@sluice/core";
import type { CloseInfo, CloseOptions } from "./CloseInfo.js";
import { Connection } from "./Connection.js";
import { ConnectionView } from "./ConnectionView.js";
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
  /** The same connection for Effect programs. */
  get effect(): Connection<T> {
    return new Connection(this.actor);
  }

  /**
   * Waits as the state demands, then takes the message: this is how backpressure reaches its producer.
   *
   * Rejects with a `SendError` that says why the message was not taken. Aborting the signal takes a waiting
   * message back, and the promise rejects with the signal's reason.
   */
  send(message: T, options: { readonly signal?: AbortSignal } = {}): Promise<Accepted> {
    const { signal } = options;
    if (this.actor.isTraced) return this.#sendTraced(message, signal);
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      let waitsSinceMillis = notWaiting;
      const waiter = this.actor.send(message, (result) => {
        if (waitsSinceMillis !== notWaiting) this.actor.waitEnds(waitsSinceMillis, result);
        signal?.removeEventListener("abort", abort);
        if (result._tag === "Accepted") resolve(result);
        else if (result.reason === "interrupted") reject(signal?.reason);
        else reject(new SendError({ reason: result.reason, connection: this.id }));
      });
      function abort() {
        if (waiter !== undefined) cancel(waiter);
      }
      const cancel = this.actor.cancel.bind(this.actor);
      if (waiter === undefined) return;
      waitsSinceMillis = this.actor.waitBegins();
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  async #sendTraced(message: T, signal: AbortSignal | undefined): Promise<Accepted> {
    signal?.throwIfAborted();
    try {
      return await this.actor.run(this.effect.send(message), signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  }

  /** Takes nothing new, flushes what is queued for at most `closeTimeoutMillis`, and closes. */
  close(options?: CloseOptions): Promise<CloseInfo> {
    this.actor.close(options);
    return this.closed;
  }

  /** Resolves when the connection has closed, whoever closed it. */
  get closed(): Promise<CloseInfo> {
    return new Promise((resolve) => {
      this.onClosed(resolve);
    });
  }

  /** Calls `listener` once when the connection has closed. Returns how to stop listening. */
  onClosed(listener: (info: CloseInfo) => void): () => void {
    return this.actor.onClosed(listener);
  }

  /**
   * A stream of the web platform that sends what is written to it, each chunk when the connection is ready
   * for it. Closing the stream leaves the connection open; when the connection closes, the stream fails, and
   * with it whatever is piped into it.
   */
  writable(): WritableStream<T> {
    let stop = () => {};
    return new WritableStream<T>(
      {
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
          await this.send(message, { signal });
        },
        close: () => stop(),
        abort: () => stop(),
      },
      { highWaterMark: 1 },
    );
  }
}

/** In the place of a time: the sender has not begun to wait. */
const notWaiting = -1;
