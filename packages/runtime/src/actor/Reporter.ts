/** Where what goes wrong around one connection is told: to whoever hears of errors, and to the log when nobody does. */
import { type Context, Effect } from "effect";
import { attempt } from "./Attempt.js";

/** Hears of an error, with `what` in words. */
export interface ErrorListener {
  onError(error: unknown, what: string): void;
}

/** A connection around which something can go wrong. */
export interface Reporting {
  readonly id: string;
  readonly errorListener: ErrorListener | undefined;
  /** Has the loggers. */
  readonly context: Context.Context<never>;
}

/** Whoever is told of what goes wrong. */
export interface Reporter {
  report(what: string, error: unknown): void;
}

/** Tells of an error; what the listener itself throws is logged. */
export function report(about: Reporting, what: string, error: unknown): void {
  const { errorListener } = about;
  if (errorListener === undefined) log(about, what, error);
  else
    attempt(
      () => errorListener.onError(error, what),
      (another) => log(about, "whoever hears of errors failed", another),
    );
}

function log({ id, context }: Reporting, what: string, error: unknown): void {
  Effect.runForkWith(context)(Effect.logError(`connection ${id}: ${what}`, error));
}
