/**
 * The window of one client: how many bytes may be on their way to it. What exceeds that stays in the outbox, where the
 * overflow strategy still reaches it.
 *
 * An adaptive window is what the client was seen to read in the time that an answer takes, and in a spell more, so that
 * a client that reads as fast as it is given is never held back, and a slow one has little before it:
 *
 *     bytes = rate × (smallest round trip + spell),  spell = max(50 ms, smallest round trip)
 *
 * It is the bandwidth-delay product of BBR (Cardwell et al., ACM Queue 14(5), 2016) with a gain of 2 or more. A rate
 * that was limited by the window, not by the client, doubles it at least, for then the round trip is the smallest. It
 * shrinks only where it held something back, or where an answer took so much longer than the smallest that the client is
 * behind. A smallest round trip that is no longer true would keep it too small or too
 * large: while the window holds back, the way is left empty once in ten seconds and measured anew. It is left empty sooner,
 * after a second or ten smallest round trips, when no answer of that time agreed with the smallest: then the way may
 * have become longer. If it has, what was measured on it in the last spell was the window and not the client: what was
 * read on average since an answer last agreed counts, and the window doubles from there. If it has not, the client is slow,
 * and that second becomes two, and four, up to ten, until nothing is held back for a spell.
 *
 * Before a rate is known it is 256 KiB for each 50 ms of the first round trip.
 *
 * Pure; time is a parameter, in elapsed milliseconds.
 */

/** How large a window is: by what is measured, not at all, or so many bytes. */
export type WindowSetting = "adaptive" | "off" | number;

/** The bounds of an adaptive window, and what it is before anything is measured, in bytes. */
export const windowBounds = { least: 16 * 1024, first: 256 * 1024, most: 4 * 1024 * 1024 } as const;

/** A rate is measured over so long at least, in milliseconds. */
const leastSpellMillis = 50;

/** The way is measured anew when its smallest round trip is so old, in milliseconds. */
const believedMillis = 10_000;

/** It is measured anew when no answer has agreed with that for so long, and for so many of it. */
const disputed = { leastMillis: 1_000, roundTrips: 10 } as const;

/** What an answer tells of the way. */
export interface WindowAnswer {
  readonly roundTripMillis: number;
  readonly acknowledgedBytes: number;
  readonly inFlight: number;
  readonly isHolding: boolean;
}

/** More than any turn hands over: a small integer, for which V8 allocates nothing. */
export const unlimitedBytes = 2 ** 30;

/** The window before a rate is known: a longer way has room for more. */
function first(roundTripMillis: number): number {
  const bytes = windowBounds.first * Math.max(1, roundTripMillis / leastSpellMillis);
  return Math.round(Math.min(bytes, windowBounds.most));
}

const whole = (bytes: number) => Math.max(-1, Math.min(bytes, unlimitedBytes)) | 0;

export class Window {
  /** The most that may be in flight, in bytes; `Infinity` when it is off. */
  bytes: number;
  /** The latest round trip, in milliseconds; undefined before the first. */
  latestMillis: number | undefined;
  /** The smallest round trip that is believed, in milliseconds. */
  smallestMillis = Number.POSITIVE_INFINITY;

  /** What the client was last seen to read, in bytes a millisecond; undefined before that was measured. */
  rate: number | undefined;

  readonly #isAdaptive: boolean;
  #hasReadMuch = false;
  #measuredMillis = 0;
  /** When an answer last took no longer than the smallest and a spell, and what was acknowledged then. */
  #agreedMillis = 0;
  #agreedBytes = 0;
  /** For how long, in milliseconds, no answer may agree with the smallest before the way is measured anew. */
  #patienceMillis: number = disputed.leastMillis;
  /** Nothing is handed over before the way is empty. */
  #isEmptying = false;
  /** What is acknowledged in this spell was handed over under a window that was too small. */
  #isSkipping = false;
  /** The way was emptied: the next round trip is the smallest, whatever it was before. */
  #isProbing = false;
  /** The spell in which the rate is measured: when it began, with how much acknowledged, and whether it held back. */
  #spellMillis = 0;
  #spellBytes = 0;
  #hasHeldBack = false;
  /** Everything was acknowledged and nothing is held back: that nothing is read from then on is no slowness. */
  #isIdle = true;

  constructor(setting: WindowSetting) {
    this.#isAdaptive = setting === "adaptive";
    if (setting === "adaptive") this.bytes = windowBounds.first;
    else this.bytes = setting === "off" ? Number.POSITIVE_INFINITY : setting;
  }

  /** Whether the way is to be measured: a mark is due before anything else. */
  get isUnmeasured(): boolean {
    return this.#isProbing || this.smallestMillis === Number.POSITIVE_INFINITY;
  }

  /** Whether nothing more may follow so many bytes in flight. */
  isFull(inFlight: number): boolean {
    return inFlight >= (this.#isEmptying ? 1 : this.bytes);
  }

  /** How much may follow so many bytes in flight, in whole bytes, and no more than {@link unlimitedBytes}. */
  roomBytes(inFlight: number): number {
    return whole(this.bytes - inFlight);
  }

  /**
   * How many bytes may follow so many that no mark stands behind, until one is due: four marks a window, and more before
   * the client has read much.
   */
  bytesToAsk(unaskedBytes: number): number {
    const most = this.#hasReadMuch ? Number.POSITIVE_INFINITY : windowBounds.least;
    return whole(Math.min(Math.ceil(this.bytes / 4), most) - unaskedBytes);
  }

  /**
   * An answer has come: so many bytes are acknowledged in all, and so many are in flight. `isHolding` is whether something
   * was held back when it came.
   */
  received(answer: WindowAnswer, nowMillis: number): void {
    const { roundTripMillis, acknowledgedBytes, inFlight, isHolding } = answer;
    this.latestMillis = roundTripMillis;
    this.#hasReadMuch ||= acknowledgedBytes >= windowBounds.first;
    if (this.#isProbing) this.#compare(roundTripMillis, acknowledgedBytes, nowMillis);
    if (roundTripMillis <= this.smallestMillis) this.#found(roundTripMillis, nowMillis);
    if (this.#isIdle) this.#begin(acknowledgedBytes, nowMillis);
    // What was before this answer took longer to read than a window may: the client is behind, window or not.
    const agrees = roundTripMillis <= this.#agreeingMillis;
    if (agrees) this.#agreedMillis = nowMillis;
    if (agrees) this.#agreedBytes = acknowledgedBytes;
    this.#hasHeldBack ||= isHolding || !agrees;
    this.#measure(acknowledgedBytes, nowMillis);
    this.#isIdle = inFlight === 0 && (this.#isEmptying || !isHolding);
    // The next answer is for a way that was empty.
    if (this.#isIdle && this.#isEmptying) this.#isProbing = true;
    if (this.#isIdle) this.#isEmptying = false;
  }

  /** The first answer on a way that was emptied tells a way that is longer from a client that is slow. */
  #compare(roundTripMillis: number, acknowledgedBytes: number, nowMillis: number): void {
    const isLonger = roundTripMillis > this.#agreeingMillis;
    this.#isProbing = false;
    this.#isSkipping = isLonger;
    const read = (acknowledgedBytes - this.#agreedBytes) / (nowMillis - this.#agreedMillis);
    this.#found(roundTripMillis, nowMillis);
    this.#patienceMillis = isLonger
      ? disputed.leastMillis
      : Math.min(2 * this.#patienceMillis, believedMillis);
    if (this.#isAdaptive && isLonger) this.#suit(Math.max(this.rate ?? 0, read));
  }

  #found(roundTripMillis: number, nowMillis: number): void {
    this.smallestMillis = roundTripMillis;
    this.#measuredMillis = nowMillis;
    if (this.#isAdaptive && this.rate === undefined) this.bytes = first(roundTripMillis);
  }

  #suit(rate: number): void {
    this.rate = rate;
    const bytes = this.#needed(rate);
    this.bytes = Math.min(Math.max(bytes, windowBounds.least), windowBounds.most);
  }

  #needed(rate: number): number {
    return Math.round(rate * (this.smallestMillis + this.#leastSpell));
  }

  #measure(acknowledgedBytes: number, nowMillis: number): void {
    const passed = nowMillis - this.#spellMillis;
    if (passed < this.#leastSpell) return;
    if (this.#isSkipping) {
      this.#isSkipping = false;
      this.#begin(acknowledgedBytes, nowMillis);
      return;
    }
    const rate = (acknowledgedBytes - this.#spellBytes) / passed;
    this.rate = rate;
    if (!this.#hasHeldBack) this.#patienceMillis = disputed.leastMillis;
    if (this.#isAdaptive && (this.#hasHeldBack || this.#needed(rate) > this.bytes))
      this.#suit(rate);
    if (this.#isAdaptive && this.#hasHeldBack && this.#isDoubtful(nowMillis)) {
      this.#isEmptying = true;
    }
    this.#begin(acknowledgedBytes, nowMillis);
  }

  /** Whether the smallest round trip has been believed long enough. */
  #isDoubtful(nowMillis: number): boolean {
    const patience = Math.max(this.#patienceMillis, disputed.roundTrips * this.smallestMillis);
    return (
      nowMillis - this.#measuredMillis >= believedMillis ||
      nowMillis - Math.max(this.#agreedMillis, this.#measuredMillis) >= patience
    );
  }

  /** The longest round trip that agrees with the smallest, in milliseconds. */
  get #agreeingMillis(): number {
    return this.smallestMillis + this.#leastSpell;
  }

  /** A rate is measured over so long at least, in milliseconds. */
  get #leastSpell(): number {
    return Math.max(leastSpellMillis, this.smallestMillis);
  }

  #begin(acknowledgedBytes: number, nowMillis: number): void {
    this.#spellMillis = nowMillis;
    this.#spellBytes = acknowledgedBytes;
    this.#hasHeldBack = false;
  }
}
