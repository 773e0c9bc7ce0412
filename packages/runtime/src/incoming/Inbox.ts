/**
 * What one client has sent and no handler has begun. Handlers begin in the order of their messages, at most so many run at
 * once, and what waits is bounded. It knows no socket and no timer: it moves when a message comes and when a handler ends.
 *
 * Once its connection has closed nothing more begins: what waits is dropped and counted.
 */
import { type Elapsed, Ring } from "@sluice/core";
import { isThenable } from "../actor/Attempt.js";
import type { Farewell } from "../actor/CloseInfo.js";
import type { Vigil } from "../actor/Vigil.js";
import { Pace } from "../admission/Pace.js";
import { IncomingCounts, type IncomingLoss, type IncomingStatistics } from "./IncomingCounts.js";
import type { IncomingLimits } from "./IncomingOptions.js";
import { tooManyWait, tooOften } from "./refusals.js";

/** Handles one message. */
export type Handling = () => unknown;

/** The connection whose messages they are. */
export interface Receiving {
  /** Whether it has not closed. */
  readonly isOpen: boolean;
  /** Runs a handler: what it throws, or what its promise rejects with, closes the connection before anything else runs. */
  guard(handling: Handling): void;
  /** Closes it at once. */
  close(farewell: Farewell, why: Exclude<IncomingLoss, "closed">): void;
  /** Whether its socket listens to its client. */
  listen(isListening: boolean): void;
}

/** The time of a server. */
export interface InboxTime {
  /** Without what the loop has stood still, if that is watched. */
  readonly elapsed: Elapsed;
  readonly vigil?: Pick<Vigil, "watch" | "asleepMillis"> | undefined;
}

/** What the inboxes of a server have in common. */
export interface InboxOptions extends InboxTime {
  readonly limits: IncomingLimits;
  /** Of all of them together. */
  readonly whole: IncomingCounts;
}

export class Inbox {
  readonly #receiving: Receiving;
  readonly #limits: IncomingLimits;
  readonly #elapsed: Elapsed;
  readonly #vigil: InboxOptions["vigil"];
  readonly #counts: IncomingCounts;
  readonly #waiting = new Ring<Handling>();
  readonly #pace: Pace | undefined;
  readonly #endWatch: (() => void) | undefined;
  #isPaused = false;
  /** Of the socket's pauses that are over. */
  #pausedMillis = 0;
  #pausedSince = 0;

  constructor(receiving: Receiving, { limits, elapsed, vigil, whole }: InboxOptions) {
    this.#receiving = receiving;
    this.#limits = limits;
    this.#elapsed = elapsed;
    this.#counts = new IncomingCounts(whole);
    const { rate } = limits;
    this.#vigil = vigil;
    if (rate === undefined) return;
    this.#endWatch = vigil?.watch();
    this.#pace = new Pace(rate.perSecond, rate.burst);
    this.#excuse();
  }

  get statistics(): IncomingStatistics {
    return this.#counts.statistics();
  }

  /** A message has come. `handle` handles it now; `keep` gives what handles it later, when its memory is somebody else's. */
  take(bytes: number, handle: Handling, keep: () => Handling): void {
    if (!this.#receiving.isOpen) return;
    this.#counts.received.add(bytes);
    if (this.#pace?.passes(this.#nowMillis, this.#excusedMillis) === false) {
      this.#refuse("rate", bytes, tooOften(this.#limits));
    } else if (this.#hasPlace && this.#waiting.length === 0) this.#begin(handle, bytes);
    else this.#wait(bytes, keep);
  }

  /** Its connection has closed: what waits is dropped, and a socket that is still there is heard to its end. */
  forget(): void {
    const waiting = this.#waiting;
    while (waiting.length > 0) this.#counts.dropped.closed.add(waiting.shift());
    waiting.clear();
    this.#listen();
    this.#endWatch?.();
  }

  get #hasPlace(): boolean {
    return this.#counts.running < this.#limits.concurrency;
  }

  #wait(bytes: number, keep: () => Handling): void {
    const waiting = this.#waiting;
    const { isPausing, maxMessages, maxBytes } = this.#limits;
    const [messages, size] = [waiting.length + 1, waiting.bytes + bytes];
    const isOver = messages > maxMessages || size > maxBytes;
    if (isOver && !isPausing) {
      this.#refuse("inbox", bytes, tooManyWait(this.#limits, messages));
      return;
    }
    waiting.push(keep(), bytes);
    if (isPausing && (messages >= maxMessages || size >= maxBytes)) this.#pause();
  }

  #refuse(why: Exclude<IncomingLoss, "closed">, bytes: number, farewell: Farewell): void {
    this.#counts.dropped[why].add(bytes);
    this.#receiving.close(farewell, why);
    this.forget();
  }

  #begin(handle: Handling, bytes: number): void {
    this.#counts.begins(bytes);
    let ending: Promise<unknown> | undefined;
    this.#receiving.guard(() => {
      const result = handle();
      // A promise of our own, of whatever make theirs is: the guard hears of its failure before it goes on here.
      if (isThenable(result)) ending = new Promise((resolve) => resolve(result));
      return ending;
    });
    if (ending === undefined) this.#counts.ends();
    else ending.then(this.#ended, this.#ended);
  }

  readonly #ended = (): void => {
    this.#counts.ends();
    this.#goOn();
  };

  /** Begins what there is a place for. A handler that returns no promise has ended when it returns. */
  #goOn(): void {
    const waiting = this.#waiting;
    while (waiting.length > 0 && this.#hasPlace) {
      if (!this.#receiving.isOpen) {
        this.forget();
        return;
      }
      const handle = waiting.peek() as Handling;
      this.#begin(handle, waiting.shift());
    }
    const { maxMessages, maxBytes } = this.#limits;
    if (waiting.length <= maxMessages / 2 && waiting.bytes <= maxBytes / 2) this.#listen();
  }

  /** Once more each time that something comes all the same: somebody else may have resumed the socket. */
  #pause(): void {
    if (!this.#isPaused) {
      this.#counts.pauseBegins();
      this.#excuse();
      this.#pausedSince = this.#elapsed.millis();
    }
    this.#isPaused = true;
    this.#receiving.listen(false);
  }

  #listen(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#pausedMillis += this.#elapsed.millis() - this.#pausedSince;
    this.#excuse();
    this.#receiving.listen(true);
  }

  // ── What its client is not to blame for ─────────────────────────────────────────────────────────────────

  get #nowMillis(): number {
    return this.#elapsed.millis() + (this.#vigil?.asleepMillis ?? 0);
  }

  /** Its socket was paused, or the loop stood still: what it has sent meanwhile comes afterwards, all at once. */
  get #excusedMillis(): number {
    const now = this.#isPaused ? this.#elapsed.millis() - this.#pausedSince : 0;
    return this.#pausedMillis + now + (this.#vigil?.asleepMillis ?? 0);
  }

  #excuse(): void {
    this.#pace?.excuse(this.#nowMillis, this.#excusedMillis);
  }
}
