/**
 * What has become of the messages that clients have sent, of one connection or of a whole server. At every moment, in
 * messages and in bytes: what was received was handed to a handler, waits, or was dropped for one reason.
 */
import { Tally, total, type Volume } from "@sluice/core";

/**
 * Why a message was never handled: one too many in a second (`rate`), no room for it (`inbox`), or its connection
 * closed while it waited (`closed`).
 */
export const incomingLosses = ["rate", "inbox", "closed"] as const;

export type IncomingLoss = (typeof incomingLosses)[number];

/** What clients have sent, at a moment. Plain JSON. */
export interface IncomingStatistics {
  readonly received: Volume;
  /** Handed to a handler, be it under way or not. */
  readonly handled: Volume;
  /** Waits for a handler. */
  readonly waiting: Volume;
  readonly dropped: Readonly<Record<IncomingLoss, Volume>>;
  /** Handlers that are under way. */
  readonly running: number;
  /** Times that the socket was paused. */
  readonly pauses: number;
}

export class IncomingCounts {
  readonly received: Tally;
  readonly handled: Tally;
  readonly dropped: Readonly<Record<IncomingLoss, Tally>>;
  running = 0;
  pauses = 0;
  readonly #whole: IncomingCounts | undefined;

  /** Whatever it counts, the whole counts too. */
  constructor(whole?: IncomingCounts) {
    this.#whole = whole;
    this.received = new Tally(whole?.received);
    this.handled = new Tally(whole?.handled);
    const tally = (loss: IncomingLoss) => new Tally(whole?.dropped[loss]);
    this.dropped = { rate: tally("rate"), inbox: tally("inbox"), closed: tally("closed") };
  }

  begins(bytes: number): void {
    this.handled.add(bytes);
    this.#runs(1);
  }

  ends(): void {
    this.#runs(-1);
  }

  #runs(by: 1 | -1): void {
    this.running += by;
    if (this.#whole !== undefined) this.#whole.#runs(by);
  }

  pauseBegins(): void {
    this.pauses++;
    this.#whole?.pauseBegins();
  }

  /** What is neither handled nor dropped. */
  get waiting(): Volume {
    const { received, handled } = this;
    const dropped = total(this.dropped);
    return {
      messages: received.messages - handled.messages - dropped.messages,
      bytes: received.bytes - handled.bytes - dropped.bytes,
    };
  }

  /** A picture that no longer changes. */
  statistics(): IncomingStatistics {
    const { received, handled, dropped, waiting, running, pauses } = this;
    const { rate, inbox, closed } = dropped;
    return {
      received: received.snapshot(),
      handled: handled.snapshot(),
      waiting,
      dropped: { rate: rate.snapshot(), inbox: inbox.snapshot(), closed: closed.snapshot() },
      running,
      pauses,
    };
  }
}
