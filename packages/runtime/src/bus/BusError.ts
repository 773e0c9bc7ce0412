/** A bus that has failed. No publish fails because of it. */
import { shown, speaks, spoken } from "@sluice/core";
import { Data } from "effect";

/** What was asked of the bus. */
export type BusOperation =
  | "open"
  | "join"
  | "leave"
  | "isOrdered"
  | "publish"
  | "past"
  | "deliver"
  | "close";

/** A bus that has thrown. `operation` is for programs, `message` for people. */
export class BusError extends Data.TaggedError("BusError")<{
  readonly operation: BusOperation | "run";
  readonly channel?: string | undefined;
  readonly cause: unknown;
  /** How often it has failed so far; not each time is told. */
  readonly failures: number;
}> {
  override get message(): string {
    const { operation, channel, failures, cause } = this;
    const where = channel === undefined ? "" : ` of ${shown(channel)}`;
    const why = cause instanceof Error ? cause.message : String(cause);
    return `the bus failed at ${operation}${where} (${failures} in all): ${why}`;
  }

  /** What `console.log` prints: the message and the stack, as of any error. */
  [speaks](): string {
    return spoken(this);
  }
}
