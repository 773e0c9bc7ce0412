/**
 * Many who wait for one `AbortSignal` are one listener on it: Node warns of a leak from eleven on, and a signal that
 * lives as long as its server would be walked through at each of them.
 */
import { attempt } from "../actor/Attempt.js";

/** Those who wait for one signal, and the listener on it. */
interface Crowd {
  readonly acts: Set<() => void>;
  readonly aborted: () => void;
}

/** Who waits for a signal. Gone from here when nobody does. */
const waiting = new WeakMap<AbortSignal, Crowd>();

/** Calls `act` once when the signal is aborted, in the order in which they came. Returns how to stop waiting. */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  const { acts, aborted } = waiting.get(signal) ?? listen(signal);
  acts.add(act);
  return () => {
    if (!acts.delete(act) || acts.size > 0) return;
    waiting.delete(signal);
    signal.removeEventListener("abort", aborted);
  };
}

function listen(signal: AbortSignal): Crowd {
  const acts = new Set<() => void>();
  const aborted = () => {
    waiting.delete(signal);
    let thrown: { readonly error: unknown } | undefined;
    for (const act of acts) {
      acts.delete(act);
      attempt(act, (error) => {
        thrown ??= { error };
      });
    }
    if (thrown !== undefined) throw thrown.error;
  };
  const crowd = { acts, aborted };
  waiting.set(signal, crowd);
  signal.addEventListener("abort", aborted, { once: true });
  return crowd;
}
