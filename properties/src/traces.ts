/** Traces to try: bursts that fill, drains that empty, and time. */
import fc from "fast-check";
import type { Operation, Trace } from "./Operation.js";

/** What may happen in a trace, besides offers, drains and time. */
export interface TraceScope {
  readonly sends?: boolean;
  /** Senders' callbacks, and the chart's listener, use the connection. */
  readonly callbacks?: boolean;
  /** Clocks that are set. */
  readonly jumps?: boolean;
  readonly closes?: boolean;
  /** The size of every message, in bytes; several unless said. */
  readonly bytes?: number;
  /** Bursts and single operations at the most. */
  readonly maxLength?: number;
}

/** Everything that can happen. */
export const anything: TraceScope = { sends: true, callbacks: true, jumps: true, closes: true };

/** Traces of a scope. */
export function traces(scope: TraceScope = {}): fc.Arbitrary<Trace> {
  const { sends = false, closes = false, maxLength = 40 } = scope;
  const operation = operations(scope);
  // A burst fills what single operations keep half full, a rest empties it.
  const { offer, send } = words(scope);
  const burst = fc
    .tuple(sends ? fc.oneof(offer, send) : offer, fc.integer({ min: 2, max: 8 }))
    .map(([one, count]) => Array<Operation>(count).fill(one));
  const single = operation.map((one): Trace => [one]);
  const before = fc
    .array(
      fc.oneof(
        { weight: 16, arbitrary: single },
        { weight: 2, arbitrary: burst },
        { weight: 1, arbitrary: fc.constant(rest) },
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

function operations(scope: TraceScope): fc.Arbitrary<Operation> {
  const { sends = false, callbacks = false, jumps = false, closes = false } = scope;
  const { offer, send } = words(scope);
  const inside = fc.array(fc.oneof(offer, drain, send, cancel, closes ? close : offer), {
    minLength: 1,
    maxLength: 3,
  });
  const sendAndAct = fc
    .tuple(send, inside)
    .map(([one, onSettled]): Operation => ({ ...one, onSettled }));
  const listen = fc.record({ op: fc.constant("listen" as const), onStep: inside });
  // What is not wanted has no weight.
  const weighted = (weight: number, arbitrary: fc.Arbitrary<Operation>, isWanted = true) => ({
    weight: isWanted ? weight : 0,
    arbitrary,
  });
  return fc.oneof(
    weighted(9, offer),
    weighted(4, drain),
    weighted(4, advance),
    weighted(1, fc.constant({ op: "assess" })),
    weighted(7, send, sends),
    weighted(2, cancel, sends),
    weighted(3, sendAndAct, callbacks),
    weighted(1, listen, callbacks),
    weighted(1, jump, jumps),
  );
}

/** The operations that have messages. */
function words({ bytes }: TraceScope) {
  const size =
    bytes === undefined
      ? fc.oneof({ weight: 3, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.nat(14) })
      : fc.constant(bytes);
  return {
    offer: fc.record({ op: fc.constant("offer" as const), bytes: size }),
    send: fc.record({ op: fc.constant("send" as const), bytes: size }),
  };
}

/** Long enough to empty the outbox, and for its losses to be forgotten. */
const rest: Trace = [
  { op: "drain", count: 20 },
  ...Array<Trace>(3)
    .fill([{ op: "advance", millis: 25 }, { op: "assess" }])
    .flat(),
];

const drain = fc.record({
  op: fc.constant("drain" as const),
  count: fc.integer({ min: 1, max: 5 }),
});

const advance = fc.record({
  op: fc.constant("advance" as const),
  millis: fc.constantFrom(0, 1, 5, 10, 25, 60, 100),
});

const cancel = fc.record({ op: fc.constant("cancel" as const), waiter: fc.nat(5) });

const jump = fc.record({
  op: fc.constant("jump" as const),
  millis: fc.constantFrom(-1_000, -50, -3, 3, 50, 400),
});

const close = fc.constantFrom<Operation>({ op: "close" }, { op: "evict" }, { op: "disconnect" });
