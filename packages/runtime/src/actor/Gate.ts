/**
 * Why nothing is written to a transport at this moment: a bit for each reason. Whoever wants to write compares one
 * number, however many reasons there are.
 */

/** The reasons. */
export const Shut = {
  /** The transport holds bytes that its socket has not taken, or has refused a message. */
  pressure: 1,
  /** The transport is in a callback that does not bear to be written to. */
  held: 2,
  /** The connection is in the midst of its turn. */
  writing: 4,
  /** The transport has been ended, or has gone. */
  gone: 8,
  /** A window's worth is on its way to the client, and an answer is awaited. */
  window: 16,
} as const;

/** What the next turn of the flush lifts by itself: it is no reason to stay out of the line. */
const liftedByTurn = Shut.held | Shut.writing;

export class Gate {
  /** The reasons that hold now; 0 is open. */
  shut = 0;

  set(reason: number, isShut: boolean): void {
    this.shut = isShut ? this.shut | reason : this.shut & ~reason;
  }

  has(reason: number): boolean {
    return (this.shut & reason) !== 0;
  }

  /** Whether the next turn of the flush may write. */
  get opensInTurn(): boolean {
    return (this.shut & ~liftedByTurn) === 0;
  }
}
