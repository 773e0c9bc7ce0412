/** A sender that waits with its message: for its delay to pass, for its state to fall, or for room. */
import type { Label } from "../label/Label.js";
import type { OfferResult } from "../OfferResult.js";

export class Waiter<T> {
  readonly message: T;
  readonly bytes: number;
  readonly label: Label<T> | undefined;
  /** Of two of a key the newer has the larger. */
  readonly arrival: number;
  /** When its message has expired, in elapsed milliseconds. */
  readonly expiresMillis: number;
  /** The rung of the ladder it met: when the state falls below it, it need not wait on. */
  readonly rung: number;
  /** When its delay has passed, or, once blocked, when it gives up; in elapsed milliseconds. */
  dueMillis: number;
  /** Its delay is over and there was no room. */
  blocked = false;
  /** What became of it. */
  result: OfferResult | undefined = undefined;
  /** Called once, when the outbox is whole again. */
  readonly settle: (result: OfferResult) => void;

  constructor(options: {
    readonly message: T;
    readonly bytes: number;
    readonly label?: Label<T> | undefined;
    readonly arrival?: number;
    readonly expiresMillis?: number;
    readonly rung: number;
    readonly dueMillis: number;
    readonly settle: (result: OfferResult) => void;
  }) {
    this.message = options.message;
    this.bytes = options.bytes;
    this.label = options.label;
    this.arrival = options.arrival ?? 0;
    this.expiresMillis = options.expiresMillis ?? Number.POSITIVE_INFINITY;
    this.rung = options.rung;
    this.dueMillis = options.dueMillis;
    this.settle = options.settle;
  }

  /** From now on it waits for room, until `dueMillis`. */
  block(dueMillis: number): void {
    this.blocked = true;
    this.dueMillis = dueMillis;
  }

  /** Whether it need not wait for its delay any longer: that has passed, or the state has fallen. */
  isReleased(nowMillis: number, rung: number): boolean {
    return this.blocked || this.dueMillis <= nowMillis || rung < this.rung;
  }
}
