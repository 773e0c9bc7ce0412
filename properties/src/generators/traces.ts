/** Traces to try: bursts that fill, drains that empty, and time. */
import type { Configuration } from "@sluice/core";
import fc from "fast-check";
import { everything, type Operation, type Trace } from "../Operation.js";

/** What may happen in a trace, besides drains. */
export interface TraceScope {
  /** On unless switched off. */
  readonly offers?: boolean;
  readonly sends?: boolean;
  /** Time passes; on unless switched off. */
  readonly time?: boolean;
  /** Senders are taken back. */
  readonly cancels?: boolean;
  /** Senders' callbacks, and the chart's listener, use the connection. */
  readonly callbacks?: boolean;
  /** Clocks that are set. */
  readonly jumps?: boolean;
  readonly closes?: boolean;
  /** Drains that nobody is told of. */
  readonly silence?: boolean;
  /** Every drain takes everything. */
  readonly uncounted?: boolean;
  /** The size of every message, in bytes; several unless said. */
  readonly bytes?: number;
  /** Bursts and single operations at the most. */
  readonly maxLength?: number;
  /** The configuration that sizes, bursts and times are to be fit for; a small one unless said. */
  readonly fit?: Configuration;
}

/** Everything that can happen on a transport that tells. */
export const anything: TraceScope = {
  sends: true,
  cancels: true,
  callbacks: true,
  jumps: true,
  closes: true,
};

/** Traces of a scope. */
export function traces(scope: TraceScope = {}): fc.Arbitrary<Trace> {
  // What fits a large outbox has bursts as large, and fewer of them will do.
  const { closes = false, fit, maxLength = fit === undefined ? 40 : 20 } = scope;
  const operation = operations(scope);
  const single = operation.map((one): Trace => [one]);
  const before = fc
    .array(
      fc.oneof(
        { weight: 16, arbitrary: single },
        { weight: fit === undefined ? 2 : 6, arbitrary: bursts(scope) },
        { weight: 1, arbitrary: fc.constant(rest(scope)) },
      ),
      { minLength: 1, maxLength, size: "max" },
    )
    .map((chunks) => chunks.flat());
  if (!closes) return before;
  // The end comes late, if at all: little happens after it.
  const after = fc.array(operation, { maxLength: 8, size: "max" });
  const end = fc.oneof(
    fc.constant<Trace>([]),
    fc.tuple(close, after).map(([one, more]) => [one, ...more]),
  );
  return fc.tuple(before, end).map((parts) => parts.flat());
}

/** Whether a trace has nothing in it that a scope leaves out. */
export function isWithin(trace: Trace, scope: TraceScope): boolean {
  const { offers = true, time = true } = scope;
  return trace.every((operation) => {
    switch (operation.op) {
      case "offer":
        return offers && (scope.bytes ?? operation.bytes) === operation.bytes;
      case "send":
        return scope.sends && (!operation.onSettled?.length || scope.callbacks);
      case "listen":
        return scope.callbacks;
      case "drain":
        return !operation.silently || scope.silence;
      case "cancel":
        return scope.cancels;
      case "advance":
        return time;
      case "jump":
        return scope.jumps;
      case "close":
      case "evict":
      case "disconnect":
        return scope.closes;
      case "pong":
      case "assess":
        return true;
      default:
        return operation satisfies never;
    }
  });
}

function operations(scope: TraceScope): fc.Arbitrary<Operation> {
  const { offers = true, sends = false, time = true, closes = false, silence = false } = scope;
  const { offer, send, drain, advance } = words(scope);
  const inside = fc.array(fc.oneof(offer, drain, send, cancel, closes ? close : offer), {
    minLength: 1,
    maxLength: 3,
  });
  const sendAndAct = fc
    .tuple(send, inside)
    .map(([one, onSettled]): Operation => ({ ...one, onSettled }));
  const listen = fc.record({ op: fc.constant("listen" as const), onStep: inside });
  const drainSilently = drain.map((one) => ({ ...one, silently: true }));
  // What is not wanted has no weight.
  const weighted = (weight: number, arbitrary: fc.Arbitrary<Operation>, isWanted = true) => ({
    weight: isWanted ? weight : 0,
    arbitrary,
  });
  return fc.oneof(
    weighted(9, offer, offers),
    weighted(4, drain),
    weighted(3, drainSilently, silence),
    weighted(4, advance, time),
    weighted(1, fc.constant({ op: "assess" }), offers),
    weighted(7, send, sends),
    weighted(2, cancel, sends && scope.cancels),
    weighted(3, sendAndAct, sends && scope.callbacks),
    weighted(1, listen, scope.callbacks),
    weighted(1, jump, scope.jumps),
  );
}

/** A burst fills what single operations keep half full. */
function bursts(scope: TraceScope): fc.Arbitrary<Trace> {
  const { offers = true, sends = false, time = true, fit } = scope;
  const { offer, send } = words(scope);
  const some = fc
    .tuple(offers ? (sends ? fc.oneof(offer, send) : offer) : send, fc.integer({ min: 2, max: 8 }))
    .map(([one, count]) => Array<Operation>(count).fill(one));
  if (fit === undefined || !offers || fit.maxMessages <= 8) return some;
  const shares = fc.constantFrom(0.25, 0.5, 1, 1.1);
  const many = fc
    .tuple(offer, shares)
    .map(([one, share]): Trace => [{ ...one, count: Math.ceil(share * fit.maxMessages) }]);
  // From empty to full and no further, which by chance is seldom.
  const fill: Trace = [
    { op: "drain", count: everything },
    { op: "offer", bytes: scope.bytes ?? 0, count: fit.maxMessages },
  ];
  const tide = fc.constant<Trace>([...fill, { op: "drain", count: everything }]);
  if (!sends) return fc.oneof(some, many, tide);
  // Senders that meet a full outbox, and are taken back, or left waiting.
  const wait: Operation = { op: "advance", millis: Math.max(...times(fit)) };
  const after = fc.constantFrom<Trace>([], [wait], [{ op: "cancel", waiter: 0 }]);
  const stuck = fc
    .tuple(send, fc.integer({ min: 1, max: 4 }), after)
    .map(
      ([one, count, then]): Trace => [
        ...fill,
        ...Array<Operation>(count).fill(one),
        ...then.filter(({ op }) => (op === "cancel" ? scope.cancels : time)),
      ],
    );
  return fc.oneof(some, many, tide, stuck);
}

/** The operations that have sizes, counts and times. */
function words({ bytes, uncounted = false, fit }: TraceScope) {
  const small = { weight: 3, arbitrary: fc.nat(4) };
  const sizes =
    fit === undefined
      ? [small, { weight: 1, arbitrary: fc.nat(14) }]
      : [
          { weight: 9, arbitrary: fc.nat(Math.ceil(fit.maxBytes / fit.maxMessages)) },
          { weight: 2, arbitrary: fc.nat(Math.ceil(fit.maxBytes / 2)) },
          { weight: 1, arbitrary: fc.constant(fit.maxBytes + 1) },
        ];
  const size = bytes === undefined ? fc.oneof(...sizes) : fc.constant(bytes);
  const counts =
    fit === undefined || fit.maxMessages <= 8
      ? fc.integer({ min: 1, max: 5 })
      : fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: fit.maxMessages }));
  return {
    offer: fc.record({ op: fc.constant("offer" as const), bytes: size }),
    send: fc.record({ op: fc.constant("send" as const), bytes: size }),
    drain: fc.record({
      op: fc.constant("drain" as const),
      count: uncounted ? fc.constant(everything) : counts,
    }),
    advance: fc.record({
      op: fc.constant("advance" as const),
      millis: fc.constantFrom(...times(fit)),
    }),
  };
}

/** Times at which something may happen, and some between. */
function times(fit: Configuration | undefined): ReadonlyArray<number> {
  if (fit === undefined) return [0, 1, 5, 10, 25, 60, 100];
  const { maxDelayMillis, pauseDurationMillis, blockTimeoutMillis, closeTimeoutMillis } = fit;
  const marks = [maxDelayMillis, pauseDurationMillis, blockTimeoutMillis, closeTimeoutMillis];
  return [0, 1, ...marks.flatMap((millis) => [Math.ceil(millis / 4), Math.ceil(millis)])];
}

/** Long enough to empty the outbox, and for its losses to be forgotten. */
function rest({ time = true, fit }: TraceScope): Trace {
  const halfWindow = (fit?.healthWindowMillis ?? 50) / 2;
  const empty: Trace = [{ op: "drain", count: everything }];
  if (!time) return empty;
  return [
    ...empty,
    ...Array<Trace>(3)
      .fill([{ op: "advance", millis: Math.ceil(halfWindow) }, { op: "assess" }])
      .flat(),
  ];
}

const cancel = fc.record({ op: fc.constant("cancel" as const), waiter: fc.nat(5) });

const jump = fc.record({
  op: fc.constant("jump" as const),
  millis: fc.constantFrom(-1_000, -50, -3, 3, 50, 400),
});

const close = fc.constantFrom<Operation>({ op: "close" }, { op: "evict" }, { op: "disconnect" });
