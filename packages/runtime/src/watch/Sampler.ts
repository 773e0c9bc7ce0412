/**
 * The samples of one connection: what cannot be read off its counters, and would cost too much for every message.
 *
 * `arm` is called by the assessment of health, about once a second; then one of each is taken. So every connection
 * counts alike, about once a second, however much it is sent.
 *
 * - *Time in the outbox.* The next message that is taken is marked by its place in the order, and the clock is read.
 *   When a turn of the flush has handed that place over, the time between is a sample. Marked is the first message of
 *   a turn of the event loop, or any that comes under pressure: it waits longer than those that follow it in the same
 *   turn, by at most that turn. Of senders that are let in together the last is marked. A marked message that is
 *   dropped gives no sample: these are times of messages that were delivered. At most 64 are marked at once; who holds
 *   a message for longer than that many seconds is sampled less often.
 *   What waits of channels that have limits leaves in turn with it, and counts as before it.
 * - *Batches.* The messages that the next turn of the connection hands over.
 * - *Round trips.* The next answer to a ping.
 * - *Waits.* Not sampled: every sender that really waited, from its call to its answer, whatever the answer was.
 *
 * In between the sampler is not looked at.
 */
import { type Elapsed, mustBeFunction, type OfferResult } from "@sluice/core";
import { attempt, type Failed } from "../actor/Attempt.js";

/** Told of what a connection's samples came to. Nothing may be sent from inside. */
export interface SampleListener {
  /** A message was handed over so long after it was taken, in milliseconds. */
  onOutboxTime(millis: number): void;
  /** A turn handed over so many messages. */
  onBatch(messages: number): void;
  /** A sender was answered after it had waited so long, in milliseconds. */
  onSendWait(millis: number): void;
  /** The client answered a ping so long after it was sent, in milliseconds. */
  onRoundTrip(millis: number): void;
}

/**
 * The same, in a room of its own: what it throws, now or later, goes to `failed`.
 *
 * @throws {TypeError} for one that cannot be told.
 */
export function guarded(listener: SampleListener, failed: Failed): SampleListener {
  for (const name of ["onOutboxTime", "onBatch", "onSendWait", "onRoundTrip"] as const) {
    mustBeFunction(listener?.[name], `${name} of a listener to samples`);
  }
  return {
    onOutboxTime: (millis) => attempt(() => listener.onOutboxTime(millis), failed),
    onBatch: (messages) => attempt(() => listener.onBatch(messages), failed),
    onSendWait: (millis) => attempt(() => listener.onSendWait(millis), failed),
    onRoundTrip: (millis) => attempt(() => listener.onRoundTrip(millis), failed),
  };
}

/** The part of an outbox that is sampled. */
export interface Sampled {
  readonly length: number;
  /** Messages that were taken and have left; of these, from this outbox and not from one beside it. */
  readonly departed: number;
  readonly departedHere: number;
  readonly takenHere: number;
}

/** A message under observation. */
interface Mark {
  /** Messages that were taken up to it, itself among them. */
  readonly place: number;
  readonly takenMillis: number;
}

const maxMarks = 64;

export class Sampler {
  readonly #outbox: Sampled;
  readonly #elapsed: Elapsed;
  readonly #listener: SampleListener;

  #isArmed = false;
  /** In the order in which they leave; at most `maxMarks`, beyond that no more are made. */
  readonly #marks: Array<Mark> = [];
  #placeBefore = 0;
  #isBatchDue = false;
  #isRoundTripDue = false;
  /** What had departed when the turn began. */
  #departedBefore = 0;

  constructor(outbox: Sampled, elapsed: Elapsed, listener: SampleListener) {
    this.#outbox = outbox;
    this.#elapsed = elapsed;
    this.#listener = listener;
  }

  /** The next message that is taken is to be marked, the next batch to be counted, the next round trip to be told. */
  arm(): void {
    this.#isArmed = true;
    this.#isBatchDue = true;
    this.#isRoundTripDue = true;
  }

  /** What became of a message that was offered just now. */
  taken(result: OfferResult): void {
    if (this.#isArmed && result._tag === "Accepted") this.#mark();
  }

  /** A message is about to be sent. */
  sends(): void {
    if (this.#isArmed) this.#placeBefore = this.#place;
  }

  /** It has been sent, or waits: whoever was taken is marked. */
  sent(): void {
    if (this.#isArmed && this.#place > this.#placeBefore) this.#mark();
  }

  /** A sender waits from now on: since when. */
  waitBegins(): number {
    return this.#elapsed.millis();
  }

  /** It has been answered. `sinceMillis` is not a number if it waited already when sampling began. */
  waitEnds(sinceMillis: number, result: OfferResult): void {
    if (!Number.isNaN(sinceMillis)) this.#listener.onSendWait(this.#elapsed.millis() - sinceMillis);
    this.taken(result);
  }

  /** The client has answered a ping, after so long. */
  answered(roundTripMillis: number): void {
    if (this.#isRoundTripDue) this.#listener.onRoundTrip(roundTripMillis);
    this.#isRoundTripDue = false;
  }

  turnBegins(): void {
    this.#departedBefore = this.#outbox.departed;
    // Whoever has left between two turns was dropped.
    this.#unmark(this.#outbox.departedHere);
  }

  /** Whether there is something left to wait for. */
  turnEnds(): boolean {
    const { departed, departedHere } = this.#outbox;
    const messages = departed - this.#departedBefore;
    this.#deliver(departedHere);
    if (this.#isBatchDue && messages > 0) {
      this.#isBatchDue = false;
      this.#listener.onBatch(messages);
    }
    return this.#isArmed || this.#isBatchDue || this.#marks.length > 0;
  }

  #mark(): void {
    this.#isArmed = false;
    if (this.#marks.length >= maxMarks) this.#unmark(this.#outbox.departedHere);
    if (this.#marks.length >= maxMarks) return;
    this.#marks.push({ place: this.#place, takenMillis: this.#elapsed.millis() });
  }

  /** The place of the newest message. */
  get #place(): number {
    return this.#outbox.takenHere;
  }

  #unmark(departed: number): void {
    while (this.#marks[0] !== undefined && this.#marks[0].place <= departed) this.#marks.shift();
  }

  #deliver(departed: number): void {
    const now = this.#elapsed.millis();
    let [mark] = this.#marks;
    for (; mark !== undefined && mark.place <= departed; mark = this.#marks[0]) {
      this.#marks.shift();
      this.#listener.onOutboxTime(now - mark.takenMillis);
    }
  }
}
