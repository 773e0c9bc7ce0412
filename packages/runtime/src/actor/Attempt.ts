/**
 * Runs other people's code: a listener, an observer, a handler. What goes wrong in it, now or later, as a throw, as a
 * promise of any realm or as a thenable, is heard and goes no further.
 */

/** Told of something that went wrong in code that is not the library's own. It must not throw. */
export type Failed = (error: unknown) => void;

/**
 * Runs `act`; what it throws, or rejects with, goes to `failed`.
 *
 * @example
 * ```ts
 * import { attempt } from "@sluice/runtime";
 *
 * attempt(async () => Promise.reject(new Error("later")), (error) => console.warn(error));
 * ```
 */
export function attempt(act: () => unknown, failed: Failed): void {
  try {
    hear(act(), failed);
  } catch (error) {
    failed(error);
  }
}

/** Hears of the rejection of something that may be a promise; anything else is left alone. */
export function hear(result: unknown, failed: Failed): void {
  if (!isThenable(result)) return;
  // Of any realm and any make: it is taken over by a promise of this one.
  Promise.resolve(result).then(undefined, failed);
}

/** Whether something has a `then`, as promises have. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === "function";
}

/** Nobody has to await this promise: its rejection alone ends no process. Who awaits it is told all the same. */
export function quiet<P extends PromiseLike<unknown>>(promise: P): P {
  promise.then(undefined, () => {});
  return promise;
}
