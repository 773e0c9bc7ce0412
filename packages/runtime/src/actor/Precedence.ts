/**
 * Which of a connection's outboxes is written from next. The control lane goes before all others, the bulk lane behind them;
 * those in the middle take turns. No lane starves: of `share` messages in a row one goes to a lane behind, if it may.
 *
 * Before what waits of the control lane only such messages go as had come before all of it. So a control message is always
 * at its client before what was offered after it.
 */
import type { Outbox } from "@sluice/core";

/** Of so many messages in a row the last is of a lane behind the first, if there is one. */
export const share = 8;

type Marks<T> = ReadonlyMap<Outbox<T>, number>;

const none: Marks<never> = new Map();

export class Precedence<T> {
  control: Outbox<T> | undefined;
  bulk: Outbox<T> | undefined;
  /** In the middle, in the order in which their turns come. */
  readonly #middle: Set<Outbox<T>>;
  /** Which of them came last to the end of the line. */
  #last: Outbox<T>;
  /** Messages in a row that another lane had to wait for. */
  #controlRun = 0;
  #middleRun = 0;
  /** How much had come to each of the others before all that waits of the control lane. */
  #older: Marks<T> = none;
  /** The same before all that comes to the control lane after a message of that number. */
  #later: { readonly number: number; readonly marks: Marks<T> } | undefined;

  /** `main` is the connection's own. */
  constructor(main: Outbox<T>) {
    this.#middle = new Set([main]);
    this.#last = main;
  }

  /** It takes turns with those in the middle from now on. */
  stand(outbox: Outbox<T>): void {
    this.#middle.add(outbox);
    this.#last = outbox;
  }

  /** It has no turns any more. */
  remove(outbox: Outbox<T>): void {
    if (outbox === this.control) this.control = undefined;
    else if (outbox === this.bulk) this.bulk = undefined;
    else this.#middle.delete(outbox);
  }

  /** A message is about to come to the control lane. */
  controlComes(): void {
    if (this.control?.length !== 0) return;
    this.#older = this.#marks();
    this.#later = undefined;
  }

  /** Undefined when nothing waits. */
  next(): Outbox<T> | undefined {
    const control = holds(this.control);
    if (control === undefined) return this.#behindControl(() => true);
    if (this.#controlRun < share - 1) return control;
    this.#moveOn(control);
    return this.#behindControl((outbox) => this.#isOlder(outbox)) ?? control;
  }

  /** How many messages may go from one in a row, at the least one. */
  most(outbox: Outbox<T>): number {
    const isControl = outbox === this.control;
    if (!isControl && holds(this.control) !== undefined) return 1;
    const others = isControl ? this.#behindControl(() => true) : holds(this.bulk);
    if (others === undefined) return Number.POSITIVE_INFINITY;
    if (outbox === this.bulk) return this.#holdsMiddle ? 1 : Number.POSITIVE_INFINITY;
    return Math.max(1, share - 1 - (isControl ? this.#controlRun : this.#middleRun));
  }

  get #holdsMiddle(): boolean {
    for (const outbox of this.#middle) if (outbox.length > 0) return true;
    return false;
  }

  /** So many messages have been written from it. */
  served(outbox: Outbox<T>, count: number): void {
    if (outbox === this.control) {
      this.#controlRun += count;
      return;
    }
    this.#controlRun = 0;
    if (outbox === this.bulk) {
      this.#middleRun = 0;
      return;
    }
    this.#middleRun += count;
    // So it is message after message of a turn.
    if (outbox === this.#last) return;
    this.#middle.delete(outbox);
    this.stand(outbox);
  }

  #behindControl(may: (outbox: Outbox<T>) => boolean): Outbox<T> | undefined {
    const bulk = holds(this.bulk);
    const mayBulk = bulk !== undefined && may(bulk);
    if (mayBulk && this.#middleRun >= share - 1) return bulk;
    for (const outbox of this.#middle) if (outbox.length > 0 && may(outbox)) return outbox;
    return mayBulk ? bulk : undefined;
  }

  #isOlder(outbox: Outbox<T>): boolean {
    return outbox.departedHere < (this.#older.get(outbox) ?? 0);
  }

  /** While the control lane is never empty, what came before what waits of it now is more than what came before it began. */
  #moveOn(control: Outbox<T>): void {
    if (this.#later !== undefined && control.departedHere >= this.#later.number) {
      this.#older = this.#later.marks;
      this.#later = undefined;
    }
    this.#later ??= { number: control.takenHere, marks: this.#marks() };
  }

  #marks(): Marks<T> {
    const marks = new Map<Outbox<T>, number>();
    for (const outbox of this.#middle) marks.set(outbox, outbox.takenHere);
    if (this.bulk !== undefined) marks.set(this.bulk, this.bulk.takenHere);
    return marks;
  }
}

function holds<T>(outbox: Outbox<T> | undefined): Outbox<T> | undefined {
  return outbox === undefined || outbox.length === 0 ? undefined : outbox;
}
