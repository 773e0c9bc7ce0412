/**
 * What is due next: when the first of the senders that wait is, and when an orderly close gives up. It is the one
 * place that knows; whoever sets a timer for an outbox sets it by this.
 *
 * Times are milliseconds that have elapsed. Nothing is judged here: that is for whoever knows that the time of the
 * sockets has passed as well.
 */
import { type ConnectionState, states } from "@sluice/machines";
import type { Configuration } from "../configuration/Configuration.js";
import { atMost, type Problem } from "../problems/Problem.js";
import { type Shape, shapeOrNull, someMillis } from "../problems/Rules.js";
import type { Elapsed } from "./Elapsed.js";

/** An orderly close that has begun. */
export interface ClosingSnapshot {
  /** Until what is not flushed is dropped; 0 when that is overdue. */
  readonly millisLeft: number;
}

/** What deadlines are made of. */
export interface DeadlineParts {
  readonly configuration: Configuration;
  readonly elapsed: Elapsed;
  /** When the first of the senders is due; `Infinity` when nobody waits. */
  readonly admission: { readonly dueMillis: number; readonly length: number };
  /** When the first of what it holds expires: that makes room for who waits. */
  readonly lane: { readonly dueMillis: number };
}

export class Deadlines {
  readonly #parts: DeadlineParts;
  /** Undefined while no orderly close is under way. */
  #closeByMillis: number | undefined;

  constructor(parts: DeadlineParts) {
    this.#parts = parts;
  }

  /** The chart has come into another row: an orderly close has a deadline for as long as it lasts. */
  enter(row: number): void {
    const { elapsed, configuration } = this.#parts;
    this.#closeByMillis =
      row === closing ? elapsed.millis() + configuration.closeTimeoutMillis : undefined;
  }

  /** Whether an orderly close has had its time. */
  get isCloseDue(): boolean {
    return this.#closeByMillis !== undefined && this.#closeByMillis <= this.#parts.elapsed.millis();
  }

  /** Milliseconds until the next of them; `Infinity` when there is none. */
  get millisLeft(): number {
    const { elapsed, admission, lane } = this.#parts;
    const room = admission.length > 0 ? lane.dueMillis : Infinity;
    const due = Math.min(admission.dueMillis, room, this.#closeByMillis ?? Infinity);
    return Math.max(0, due - elapsed.millis());
  }

  /** The orderly close at `nowMillis`; null when there is none. Those that wait are in their line's snapshot. */
  snapshot(nowMillis: number): ClosingSnapshot | null {
    if (this.#closeByMillis === undefined) return null;
    return { millisLeft: Math.max(0, this.#closeByMillis - nowMillis) };
  }

  /** Goes on from a snapshot. */
  restore(snapshot: ClosingSnapshot | null, nowMillis: number): void {
    if (snapshot !== null) this.#closeByMillis = nowMillis + snapshot.millisLeft;
  }
}

const closing = states.findIndex(({ state }) => state === "closing");

/** The form of an orderly close from outside. */
export const closingShape: Shape = shapeOrNull({ millisLeft: someMillis });

/** There is a deadline exactly while the connection is closing, and it is no longer away than it may be. */
export function* closingProblems(
  { closeTimeoutMillis }: Configuration,
  state: ConnectionState,
  snapshot: ClosingSnapshot | null,
): Generator<Problem> {
  if ((snapshot !== null) !== (state === "closing")) {
    const rule = state === "closing" ? "must not be null once closing" : `must be null in ${state}`;
    yield { field: "closing", value: snapshot, rule };
  } else if (snapshot !== null) {
    const { millisLeft } = snapshot;
    yield* atMost("closing.millisLeft", millisLeft, "closeTimeoutMillis", closeTimeoutMillis);
  }
}
