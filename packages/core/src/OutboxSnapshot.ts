/**
 * An outbox at a moment, as plain JSON: what it holds, who waits in it, where its chart is and what it has
 * counted. Whatever comes from outside is checked before an outbox trusts it.
 */
import type { ConnectionState, Health } from "@sluice/machines";
import { Data, Result, Schema } from "effect";
import { type Configuration, watermarksOf } from "./Configuration.js";
import { dropReasons, rejectReasons } from "./OfferResult.js";
import { overflowRules } from "./OverflowStrategy.js";
import { describeProblem, type Problem, problemsOf } from "./Problem.js";
import { type Statistics, total, type Volume } from "./Statistics.js";

/** A message with its size in bytes. */
export interface Held<T> {
  readonly message: T;
  readonly bytes: number;
}

/** A sender that waits. */
export interface WaitingSnapshot<T> extends Held<T> {
  /** The rung of the ladder that it met: 0 normal, 1 throttled, 2 paused, 3 dropping. */
  readonly rung: number;
  /** Its delay is over and there was no room. */
  readonly blocked: boolean;
  /** Until its delay has passed, or, once blocked, until it gives up; 0 when that is overdue. */
  readonly millisLeft: number;
}

/** Where the chart is, and what its steps have counted. */
export interface FlowSnapshot
  extends Pick<
    Statistics,
    "state" | "health" | "throttleEvents" | "pauseEvents" | "pausedMillis"
  > {}

/** Policy's losses and offers up to a moment. */
interface Mark {
  readonly lost: number;
  readonly offered: number;
}

/** The window of the recent drop rate. */
export interface RecentSnapshot {
  readonly older: Mark;
  readonly newer: Mark;
  /** Milliseconds since it was moved on. */
  readonly movedMillisAgo: number;
}

/** An outbox at a moment. Its messages, oldest first, and its senders, first come first, are whole. */
export interface OutboxSnapshot<T>
  extends FlowSnapshot,
    Pick<Statistics, "offered" | "delivered" | "dropped" | "rejected" | "peak"> {
  readonly buffered: ReadonlyArray<Held<T>>;
  readonly waiting: ReadonlyArray<WaitingSnapshot<T>>;
  /** Null while health has never been assessed. */
  readonly recent: RecentSnapshot | null;
}

/** A snapshot that cannot be restored. */
export class SnapshotError extends Data.TaggedError("SnapshotError")<{
  readonly problems: ReadonlyArray<Problem>;
}> {
  override get message(): string {
    return this.problems.map((problem) => describeProblem(problem, "snapshot")).join("\n");
  }
}

/** @throws {SnapshotError} with every problem of its form; or, if it is well formed, of its content. */
export function checkSnapshot(configuration: Configuration, snapshot: unknown): void {
  const decoded = decode(snapshot);
  const problems = Result.isFailure(decoded)
    ? problemsOf(decoded.failure.issue, snapshot, () => true)
    : [...contentProblems(configuration, snapshot as OutboxSnapshot<unknown>)];
  if (problems.length > 0) throw new SnapshotError({ problems });
}

// ── Form ────────────────────────────────────────────────────────────────────────────────────────────────

const count = Schema.Int.check(
  Schema.isBetween(
    { minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    { expected: "a whole number, at least 0" },
  ),
);
const millis = Schema.Finite.check(
  Schema.isGreaterThanOrEqualTo(0, { expected: "a number of milliseconds, at least 0" }),
);
const volume = Schema.Struct({ messages: count, bytes: count });
const mark = Schema.Struct({ lost: count, offered: count });

const ladder: ReadonlyArray<ConnectionState> = ["normal", "throttled", "paused", "dropping"];
const healths: ReadonlyArray<Health> = ["healthy", "degraded", "unhealthy"];

const Snapshot = Schema.Struct({
  state: Schema.Literals([...ladder, "closing", "closed"]),
  health: Schema.Literals(healths),
  throttleEvents: count,
  pauseEvents: count,
  pausedMillis: millis,
  buffered: Schema.Array(Schema.Struct({ message: Schema.Unknown, bytes: count })),
  waiting: Schema.Array(
    Schema.Struct({
      message: Schema.Unknown,
      bytes: count,
      rung: Schema.Literals([0, 1, 2, 3]),
      blocked: Schema.Boolean,
      millisLeft: millis,
    }),
  ),
  offered: volume,
  delivered: volume,
  dropped: Schema.Struct(byReason(dropReasons)),
  rejected: Schema.Struct(byReason(rejectReasons)),
  peak: volume,
  recent: Schema.NullOr(Schema.Struct({ older: mark, newer: mark, movedMillisAgo: millis })),
});

const decode = Schema.decodeUnknownResult(Snapshot, { errors: "all", onExcessProperty: "error" });

function byReason<K extends string>(reasons: ReadonlyArray<K>): Record<K, typeof volume> {
  return Object.fromEntries(reasons.map((reason) => [reason, volume])) as Record<K, typeof volume>;
}

// ── Content ─────────────────────────────────────────────────────────────────────────────────────────────

function* contentProblems(
  configuration: Configuration,
  snapshot: OutboxSnapshot<unknown>,
): Generator<Problem> {
  const buffered = sum(snapshot.buffered);
  const waiting = sum(snapshot.waiting);
  yield* boundProblems(configuration, snapshot, buffered);
  yield* stateProblems(configuration, snapshot, buffered);
  yield* waitingProblems(configuration, snapshot);
  yield* bookProblems(snapshot, buffered, waiting);
}

function* boundProblems(
  { maxMessages, maxBytes, maxWaiters }: Configuration,
  { waiting, peak }: OutboxSnapshot<unknown>,
  buffered: Volume,
): Generator<Problem> {
  yield* atMost("buffered.length", buffered.messages, "maxMessages", maxMessages);
  yield* atMost("buffered bytes", buffered.bytes, "maxBytes", maxBytes);
  yield* atMost("waiting.length", waiting.length, "maxWaiters", maxWaiters);
  yield* atMost("peak.messages", peak.messages, "maxMessages", maxMessages);
  yield* atMost("peak.bytes", peak.bytes, "maxBytes", maxBytes);
  yield* atMost("buffered.length", buffered.messages, "peak.messages", peak.messages);
  yield* atMost("buffered bytes", buffered.bytes, "peak.bytes", peak.bytes);
}

/** An outbox trusts that its state agrees with its fill: it looks at marks only when counts pass them. */
function* stateProblems(
  configuration: Configuration,
  { state, buffered, waiting }: OutboxSnapshot<unknown>,
  { messages, bytes }: Volume,
): Generator<Problem> {
  const rung = ladder.indexOf(state);
  if (rung < 0) {
    const rule = `must be empty once ${state}`;
    if (waiting.length > 0) yield { field: "waiting.length", value: waiting.length, rule };
    if (state === "closed" && buffered.length > 0) {
      yield { field: "buffered.length", value: buffered.length, rule };
    }
    return;
  }
  const { upMessages, upBytes, downMessages, downBytes } = watermarksOf(configuration);
  const isAbove = messages >= Number(upMessages[rung]) || bytes >= Number(upBytes[rung]);
  const isBelow = messages <= Number(downMessages[rung]) && bytes <= Number(downBytes[rung]);
  if (isAbove || isBelow) {
    const fill = `${messages} messages of ${bytes} bytes`;
    yield { field: "state", value: state, rule: `must agree with the marks at ${fill}` };
  }
}

function* waitingProblems(
  configuration: Configuration,
  { waiting }: OutboxSnapshot<unknown>,
): Generator<Problem> {
  const { minDelayMillis, maxDelayMillis, pauseDurationMillis, overflow } = configuration;
  const delay = Math.max(minDelayMillis, maxDelayMillis, pauseDurationMillis);
  for (const [index, { bytes, blocked, millisLeft }] of waiting.entries()) {
    const at = (field: string) => `waiting.${index}.${field}`;
    yield* atMost(at("bytes"), bytes, "maxBytes", configuration.maxBytes);
    if (!blocked) yield* atMost(at("millisLeft"), millisLeft, "the longest delay", delay);
    else if (overflowRules[overflow].waits) {
      const { blockTimeoutMillis } = configuration;
      yield* atMost(at("millisLeft"), millisLeft, "blockTimeoutMillis", blockTimeoutMillis);
    } else {
      yield { field: at("blocked"), value: true, rule: `must be false with ${overflow}` };
    }
  }
}

/** Conservation, and a window whose marks were taken one after another, the newest not after now. */
function* bookProblems(
  snapshot: OutboxSnapshot<unknown>,
  buffered: Volume,
  waiting: Volume,
): Generator<Problem> {
  const { offered, delivered, recent } = snapshot;
  const dropped = total(snapshot.dropped);
  const known = total({
    delivered,
    dropped,
    rejected: total(snapshot.rejected),
    buffered,
    waiting,
  });
  for (const unit of ["messages", "bytes"] as const) {
    if (offered[unit] === known[unit]) continue;
    const rule = `must be what is delivered, dropped, rejected, buffered and waiting (${known[unit]})`;
    yield { field: `offered.${unit}`, value: offered[unit], rule };
  }
  if (recent === null) return;
  const { older, newer } = recent;
  yield* atMost("recent.older.lost", older.lost, "recent.newer.lost", newer.lost);
  yield* atMost("recent.older.offered", older.offered, "recent.newer.offered", newer.offered);
  yield* atMost("recent.newer.lost", newer.lost, "recent.newer.offered", newer.offered);
  yield* atMost("recent.newer.offered", newer.offered, "offered.messages", offered.messages);
}

function* atMost(field: string, value: number, than: string, limit: number): Generator<Problem> {
  if (value > limit) yield { field, value, rule: `must be at most ${than} (${limit})` };
}

function sum(held: ReadonlyArray<Held<unknown>>): Volume {
  return {
    messages: held.length,
    bytes: held.reduce((bytes, { bytes: more }) => bytes + more, 0),
  };
}
