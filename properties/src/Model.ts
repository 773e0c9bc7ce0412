/**
 * The outbox as its design describes it, written to be believed rather than to be fast: a list of messages
 * with their fates, from which everything that is counted is counted afresh.
 *
 * No ring, no table, no running totals. Where it and an outbox disagree, one of the two is wrong.
 */
import {
  type Configuration,
  type ConnectionState,
  type DropReason,
  dropReasons,
  type Health,
  type OfferResult,
  overflowStrategies,
  type RejectReason,
  rejectReasons,
  type Statistics,
  type Volume,
} from "@sluice/core";
import { capabilities, type Ending, type Message, type Subject, type System } from "./System.js";

type Fate =
  | { readonly is: "offered" | "waiting" | "buffered" | "delivered" }
  | { readonly is: "dropped"; readonly reason: DropReason }
  | { readonly is: "rejected"; readonly reason: RejectReason };

interface Letter extends Message {
  readonly settle: (result: OfferResult) => void;
  fate: Fate;
  wasTaken: boolean;
}

interface Sender {
  readonly letter: Letter;
  /** The state that it met. */
  readonly met: ConnectionState;
  /** When its delay is over; or, once it is blocked, when it gives up. */
  until: number;
  blocked: boolean;
}

const ladder: ReadonlyArray<ConnectionState> = ["normal", "throttled", "paused", "dropping"];

/** Fractions are decimal in a configuration and binary in here. */
const nearly = 1e-9;

const withoutChart = [
  "steps",
  "callbacks",
  "watchdog",
  "transport",
  "resources",
  "neighbours",
  "snapshot",
];

/** The model as a subject: what another one is held against. */
export const reference: Subject = {
  name: "a naive model of the design",
  capabilities: capabilities.filter((capability) => !withoutChart.includes(capability)),
  strategies: overflowStrategies,
  make: (configuration) => new Model(configuration),
};

export class Model implements System {
  readonly #configuration: Configuration;
  readonly #letters: Array<Letter> = [];
  readonly #buffer: Array<Letter> = [];
  readonly #senders: Array<Sender> = [];
  #toTell: Array<{ readonly letter: Letter; readonly result: OfferResult }> = [];

  #state: ConnectionState = "normal";
  #health: Health = "healthy";
  #now = 0;
  #closeBy = Number.POSITIVE_INFINITY;

  #throttles = 0;
  #pauses = 0;
  #pausedMillis = 0;
  #pausedSince: number | undefined;
  #peak = { messages: 0, bytes: 0 };
  #peakWaiting = { messages: 0, bytes: 0 };
  /** The counts at the two last moves of the window, and when the last was. */
  #window: { older: Counts; newer: Counts; movedAt: number } | undefined;

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
  }

  // ── What can be done ────────────────────────────────────────────────────────────────────────────────

  offer = (message: Message): OfferResult => {
    let answer: OfferResult | undefined;
    const letter = this.#write(message, (result) => {
      answer = result;
    });
    if (!this.#refuses(letter)) {
      const someoneIsBlocked = this.#senders.some(({ blocked }) => blocked);
      if (this.#hasRoomFor(letter) && !someoneIsBlocked) this.#take(letter, 0);
      else this.#overflow(letter);
    }
    this.#admit();
    this.#tell();
    return answer as unknown as OfferResult;
  };

  send = (message: Message, settle: (result: OfferResult) => void): (() => void) | undefined => {
    const letter = this.#write(message, settle);
    if (!this.#refuses(letter)) {
      const mustBlock = this.#strategyWaits && !this.#hasRoomFor(letter);
      const delay = mustBlock ? 0 : this.#delay();
      const needNotWait = delay === 0 && !mustBlock && this.#senders.length === 0;
      if (!needNotWait && !this.#mayWait(letter)) {
        this.#reject(letter, "waiters");
      } else {
        letter.fate = { is: "waiting" };
        const until = this.#now + delay;
        this.#senders.push({ letter, met: this.#state, until, blocked: false });
        if (!needNotWait) this.#peakWaiting = highest(this.#peakWaiting, this.#inLine());
        this.#admit();
      }
    }
    this.#tell();
    return letter.fate.is === "waiting" ? () => this.#cancel(letter) : undefined;
  };

  drain = (count: number, transport: (message: Message) => void): void => {
    for (let taken = 0; taken < count && this.#buffer.length > 0; taken++) {
      transport(this.head() as Message);
      (this.#buffer.shift() as Letter).fate = { is: "delivered" };
      this.#fall();
      this.#admit();
      this.#tell();
    }
    this.#finishClosing();
  };

  advance = (millis: number): void => {
    const end = this.#now + millis;
    for (;;) {
      const due = this.#now + Math.ceil(this.millisToDeadline());
      if (due > end) break;
      this.#now = due;
      this.#wake();
    }
    this.#now = end;
    this.#wake();
  };

  elapsedMillis = (): number => this.#now;

  jump = (millis: number): void => {
    this.#now += Math.max(0, millis);
  };

  close = (how: Ending): void => {
    if (this.#state !== "closed" && (this.#isOpen || how !== "close")) {
      if (this.#isOpen) {
        for (const { letter } of this.#senders.splice(0)) this.#reject(letter, "closed");
        this.#endPause();
      }
      if (how === "close") {
        this.#state = "closing";
        this.#closeBy = this.#now + this.#configuration.closeTimeoutMillis;
      } else {
        this.#discard("closed");
        this.#state = "closed";
      }
    }
    this.#tell();
    this.#finishClosing();
  };

  assess = (): void => {
    this.#window ??= { older: none, newer: none, movedAt: this.#now };
    const { movedAt, newer } = this.#window;
    if (this.#now - movedAt >= this.#configuration.healthWindowMillis / 2) {
      this.#window = { older: newer, newer: this.#counts(), movedAt: this.#now };
    }
    if (!this.#isOpen) return;
    const rate = this.#recentRate();
    this.#health = rate > 0.3 ? "unhealthy" : rate >= 0.1 ? "degraded" : "healthy";
  };

  // ── What it is like ─────────────────────────────────────────────────────────────────────────────────

  head = (): Message | undefined => {
    const head = this.#buffer[0];
    return head && { id: head.id, bytes: head.bytes };
  };

  millisToDeadline = (): number => {
    const times = this.#senders.map(({ until }) => until);
    if (this.#state === "closing") times.push(this.#closeBy);
    return Math.max(0, Math.min(...times) - this.#now);
  };

  stats = (): Statistics => {
    const fates = new Map<string, Array<Letter>>();
    for (const letter of this.#letters) {
      const fate = nameOf(letter.fate);
      fates.set(fate, [...(fates.get(fate) ?? []), letter]);
    }
    const of = (fate: string) => volume(fates.get(fate) ?? []);
    return {
      state: this.#state,
      health: this.#health,
      fill: this.#fill(),
      delayMillis: this.#delay(),
      offered: volume(this.#letters),
      enqueued: volume(this.#letters.filter(({ wasTaken }) => wasTaken)),
      delivered: of("delivered"),
      dropped: byReason(dropReasons, (reason) => of(`dropped as ${reason}`)),
      rejected: byReason(rejectReasons, (reason) => of(`rejected as ${reason}`)),
      buffered: of("buffered"),
      waiting: of("waiting"),
      peak: { ...this.#peak },
      peakWaiting: { ...this.#peakWaiting },
      throttleEvents: this.#throttles,
      pauseEvents: this.#pauses,
      pausedMillis: this.#pausedMillis + this.#now - (this.#pausedSince ?? this.#now),
      dropRate: { lifetime: rate(this.#counts(), none), recent: this.#recentRate() },
    };
  };

  // ── Taking and losing ───────────────────────────────────────────────────────────────────────────────

  #write(message: Message, settle: (result: OfferResult) => void): Letter {
    const letter: Letter = { ...message, settle, fate: { is: "offered" }, wasTaken: false };
    this.#letters.push(letter);
    return letter;
  }

  #inLine(): Volume {
    return volume(this.#senders.map(({ letter }) => letter));
  }

  #mayWait({ bytes }: Letter): boolean {
    const { maxWaiters, maxWaitingBytes } = this.#configuration;
    const inLine = this.#inLine();
    return inLine.messages + 1 <= maxWaiters && inLine.bytes + bytes <= maxWaitingBytes;
  }

  #refuses(letter: Letter): boolean {
    if (!this.#isOpen) this.#reject(letter, "closed");
    else if (letter.bytes > this.#configuration.maxBytes) this.#reject(letter, "too-large");
    else return false;
    return true;
  }

  #take(letter: Letter, evicted: number): void {
    letter.fate = { is: "buffered" };
    letter.wasTaken = true;
    this.#buffer.push(letter);
    this.#peak = highest(this.#peak, volume(this.#buffer));
    this.#rise();
    this.#toTell.push({ letter, result: { _tag: "Accepted", evicted } });
  }

  #reject(letter: Letter, reason: RejectReason): void {
    letter.fate = { is: "rejected", reason };
    this.#toTell.push({ letter, result: { _tag: "Rejected", reason } });
  }

  #discard(reason: DropReason): number {
    const gone = this.#buffer.splice(0);
    for (const letter of gone) letter.fate = { is: "dropped", reason };
    return gone.length;
  }

  #overflow(letter: Letter): void {
    this.#climbTo("dropping");
    switch (this.#configuration.overflow) {
      case "block":
      case "drop-newest":
        this.#reject(letter, "full");
        break;
      case "drop-oldest": {
        let evicted = 0;
        while (!this.#hasRoomFor(letter)) {
          const oldest = this.#buffer.shift() as Letter;
          oldest.fate = { is: "dropped", reason: "evicted" };
          evicted++;
        }
        this.#take(letter, evicted);
        break;
      }
      case "drop-all":
        this.#take(letter, this.#discard("cleared"));
        break;
      case "disconnect":
        this.#reject(letter, "slow-consumer");
        this.close("evict");
        break;
      default:
        this.#configuration.overflow satisfies never;
    }
    this.#fall();
  }

  // ── Waiting ─────────────────────────────────────────────────────────────────────────────────────────

  /** Lets in who may go, one at a time: after each the world may be another. */
  #admit(): void {
    while (this.#admitOne());
  }

  #admitOne(): boolean {
    // Whoever may go may not be held up by those before it: they may go too, if there is room.
    const last = this.#senders.findLastIndex((sender) => this.#mayGo(sender));
    let someoneStaysBefore = false;
    for (const sender of this.#senders.slice(0, last + 1)) {
      const { letter } = sender;
      if (!this.#strategyWaits || (this.#hasRoomFor(letter) && !someoneStaysBefore)) {
        this.#senders.splice(this.#senders.indexOf(sender), 1);
        if (this.#hasRoomFor(letter)) this.#take(letter, 0);
        else this.#overflow(letter);
        return true;
      }
      someoneStaysBefore = true;
      if (!this.#mayGo(sender)) continue;
      if (!sender.blocked) {
        sender.blocked = true;
        sender.until = this.#now + this.#configuration.blockTimeoutMillis;
      }
      if (sender.until <= this.#now) {
        this.#senders.splice(this.#senders.indexOf(sender), 1);
        this.#reject(letter, "timeout");
        this.#climbTo("dropping");
        this.#fall();
        return true;
      }
    }
    return false;
  }

  /** Its time has come, or the state is below the one that it met. */
  #mayGo({ blocked, until, met }: Sender): boolean {
    return blocked || until <= this.#now || ladder.indexOf(this.#state) < ladder.indexOf(met);
  }

  #cancel(letter: Letter): void {
    const at = this.#senders.findIndex((sender) => sender.letter === letter);
    if (at < 0) return;
    this.#senders.splice(at, 1);
    this.#reject(letter, "interrupted");
    this.#admit();
    this.#tell();
  }

  #tell(): void {
    for (const { letter, result } of this.#toTell.splice(0)) letter.settle(result);
  }

  #wake(): void {
    this.#admit();
    this.#tell();
    if (this.#state === "closing" && this.#closeBy <= this.#now) this.close("evict");
  }

  #finishClosing(): void {
    if (this.#state === "closing" && this.#buffer.length === 0) this.#state = "closed";
  }

  // ── States ──────────────────────────────────────────────────────────────────────────────────────────

  get #isOpen(): boolean {
    return ladder.includes(this.#state);
  }

  get #strategyWaits(): boolean {
    return this.#configuration.overflow === "block";
  }

  #hasRoomFor({ bytes }: Message): boolean {
    const buffered = volume(this.#buffer);
    return (
      buffered.messages < this.#configuration.maxMessages &&
      buffered.bytes + bytes <= this.#configuration.maxBytes
    );
  }

  #fill(): number {
    const { messages, bytes } = volume(this.#buffer);
    return Math.max(
      messages / this.#configuration.maxMessages,
      bytes / this.#configuration.maxBytes,
    );
  }

  /** The table of the design. */
  #delay(): number {
    const { throttleAt, pauseAt, minDelayMillis, maxDelayMillis, pauseDurationMillis } =
      this.#configuration;
    const fill = this.#fill();
    if (fill < throttleAt) return minDelayMillis;
    if (fill >= pauseAt) return Math.max(pauseDurationMillis, maxDelayMillis);
    if (!this.#configuration.adaptiveThrottling) return minDelayMillis;
    const way = (fill - throttleAt) / (pauseAt - throttleAt);
    return Math.round((minDelayMillis + way * (maxDelayMillis - minDelayMillis)) * 1e3) / 1e3;
  }

  #rise(): void {
    const fill = this.#fill();
    if (fill >= this.#configuration.throttleAt - nearly) this.#climbTo("throttled");
    if (fill >= this.#configuration.pauseAt - nearly) this.#climbTo("paused");
  }

  #climbTo(state: ConnectionState): void {
    if (!this.#isOpen || ladder.indexOf(state) <= ladder.indexOf(this.#state)) return;
    if (this.#state === "normal") this.#throttles++;
    if (["normal", "throttled"].includes(this.#state) && state !== "throttled") {
      this.#pauses++;
      this.#pausedSince = this.#now;
    }
    this.#state = state;
  }

  #fall(): void {
    const { throttleAt, pauseAt } = this.#configuration;
    if (this.#state === "dropping" && this.#isCleared(1)) this.#state = "paused";
    if (this.#state === "paused" && this.#isCleared(pauseAt)) {
      this.#endPause();
      this.#state = "throttled";
    }
    if (this.#state === "throttled" && this.#isCleared(throttleAt)) this.#state = "normal";
  }

  #isCleared(mark: number): boolean {
    const fill = this.#fill();
    return fill <= mark - this.#configuration.hysteresis + nearly && fill < mark - nearly;
  }

  #endPause(): void {
    if (this.#pausedSince !== undefined) this.#pausedMillis += this.#now - this.#pausedSince;
    this.#pausedSince = undefined;
  }

  // ── Counting ────────────────────────────────────────────────────────────────────────────────────────

  /** Lost because the client is slow: not what closing, an interruption or a mistake of the sender's took. */
  #counts(): Counts {
    const lost = this.#letters.filter(
      ({ fate }) => "reason" in fate && slowness.includes(fate.reason),
    );
    return { lost: lost.length, offered: this.#letters.length };
  }

  #recentRate(): number {
    return rate(this.#counts(), this.#window?.older ?? none);
  }
}

const slowness = ["evicted", "cleared", "shed", "full", "timeout", "slow-consumer"];

const nameOf = (fate: Fate) => ("reason" in fate ? `${fate.is} as ${fate.reason}` : fate.is);

interface Counts {
  readonly lost: number;
  readonly offered: number;
}

const none: Counts = { lost: 0, offered: 0 };

function rate(now: Counts, then: Counts): number {
  const offered = now.offered - then.offered;
  // What is lost now may have been offered before: a share is 1 at the most.
  return offered === 0 ? 0 : Math.min(1, (now.lost - then.lost) / offered);
}

function highest(before: Volume, now: Volume): Volume {
  return {
    messages: Math.max(before.messages, now.messages),
    bytes: Math.max(before.bytes, now.bytes),
  };
}

function volume(messages: ReadonlyArray<Message>): Volume {
  return {
    messages: messages.length,
    bytes: messages.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function byReason<K extends string>(
  reasons: ReadonlyArray<K>,
  of: (reason: K) => Volume,
): Record<K, Volume> {
  return Object.fromEntries(reasons.map((reason) => [reason, of(reason)])) as Record<K, Volume>;
}
