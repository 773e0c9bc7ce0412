/**
 * What can be done to a connection, as plain JSON: a trace can be saved, replayed and shrunk further.
 *
 * Message number `n` of a trace is the `n`th that is offered or sent in it, from 0.
 */

import { type ConfigurationOptions, configuration } from "@sluice/core";
import { Schema } from "effect";

/** One operation. */
export type Operation =
  /** Offers a message of so many bytes; `count` of them, one after another, if it says how many. */
  | { readonly op: "offer"; readonly bytes: number; readonly count?: number }
  /** Sends one, and plays `onSettled` inside the callback that says what became of it. */
  | { readonly op: "send"; readonly bytes: number; readonly onSettled?: Trace }
  /** Plays `onStep` inside the chart's listener, at the next step that it is told of. */
  | { readonly op: "listen"; readonly onStep: Trace }
  /** The transport takes up to `count` messages; `silently` it would, and does not tell. */
  | { readonly op: "drain"; readonly count: number; readonly silently?: boolean }
  /** Time passes, and every timer goes off when it is due. */
  | { readonly op: "advance"; readonly millis: number }
  /** The clock is set forward, or back if negative, and no timer goes off on the way. */
  | { readonly op: "jump"; readonly millis: number }
  /** Takes back one of the sends that wait: the `waiter`th, counted round and round; -1 is the last. */
  | { readonly op: "cancel"; readonly waiter: number }
  /** The client answers a ping that it has received, or a stranger one that was never sent. */
  | { readonly op: "pong"; readonly to: "oldest" | "latest" | "none" }
  /** Moves the recent window on. */
  | { readonly op: "assess" }
  /** Closes in order; the system ends by itself when it has flushed or its deadline has passed. */
  | { readonly op: "close" }
  /** Closes without flushing. */
  | { readonly op: "evict" }
  /** The peer has gone. */
  | { readonly op: "disconnect" };

/** Operations, one after another. */
export type Trace = ReadonlyArray<Operation>;

const whole = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0));
const inside: Schema.Codec<Trace> = Schema.suspend(() => Trace);
const plain = <const Op extends string>(op: Op) => Schema.Struct({ op: Schema.Literal(op) });

/** What a saved operation must look like. */
export const Operation: Schema.Codec<Operation> = Schema.Union([
  Schema.Struct({
    op: Schema.Literal("offer"),
    bytes: whole,
    count: Schema.optionalKey(whole),
  }),
  Schema.Struct({
    op: Schema.Literal("send"),
    bytes: whole,
    onSettled: Schema.optionalKey(inside),
  }),
  Schema.Struct({ op: Schema.Literal("listen"), onStep: inside }),
  Schema.Struct({
    op: Schema.Literal("drain"),
    count: whole,
    silently: Schema.optionalKey(Schema.Boolean),
  }),
  Schema.Struct({ op: Schema.Literal("advance"), millis: Schema.Finite }),
  Schema.Struct({ op: Schema.Literal("jump"), millis: Schema.Finite }),
  Schema.Struct({ op: Schema.Literal("cancel"), waiter: Schema.Int }),
  Schema.Struct({ op: Schema.Literal("pong"), to: Schema.Literals(["oldest", "latest", "none"]) }),
  plain("assess"),
  plain("close"),
  plain("evict"),
  plain("disconnect"),
]);

/** What a saved trace must look like. */
export const Trace: Schema.Codec<Trace> = Schema.Array(Operation);

/** More than any trace buffers: drains everything. */
export const everything = 1_000_000;

const leastEndMillis = 1_000_000;

/**
 * What follows a trace when the fate of every message is to be known: the transport takes all, everyone who
 * waits is let in or gives up, and the transport takes all again.
 */
export const ending: Trace = [
  { op: "drain", count: everything },
  { op: "advance", millis: leastEndMillis },
  { op: "drain", count: everything },
];

/** Whoever is answered may send again from there, some times over. */
const generations = 10;

/** The same under a configuration in which somebody may wait for longer. */
export function endingFor(options: ConfigurationOptions): Trace {
  const { maxDelayMillis, blockTimeoutMillis } = configuration(options);
  const millis = Math.max(leastEndMillis, generations * (maxDelayMillis + blockTimeoutMillis));
  return ending.map((operation) =>
    operation.op === "advance" ? { ...operation, millis } : operation,
  );
}

/** An operation as a person reads it: `send 3 then (offer 1)`. */
export function describe(operation: Operation): string {
  switch (operation.op) {
    case "offer":
      return `offer ${operation.bytes}${operation.count === undefined ? "" : ` × ${operation.count}`}`;
    case "send": {
      const { bytes, onSettled = [] } = operation;
      return `send ${bytes}${onSettled.length > 0 ? ` then (${onSettled.map(describe).join(", ")})` : ""}`;
    }
    case "listen":
      return `at the next step (${operation.onStep.map(describe).join(", ")})`;
    case "drain":
      return `${operation.silently ? "drain silently" : "drain"} ${operation.count}`;
    case "advance":
    case "jump":
      return `${operation.op} ${operation.millis} ms`;
    case "cancel":
      return `cancel ${operation.waiter}`;
    case "pong":
      return operation.to === "none" ? "pong of a stranger" : `pong to the ${operation.to} ping`;
    case "assess":
    case "close":
    case "evict":
    case "disconnect":
      return operation.op;
    default:
      return operation satisfies never;
  }
}
