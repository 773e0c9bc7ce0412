/**
 * The memory that a server's connections may use together for what they hold, while they are behind. One that keeps up is
 * not on it: of such a one less than 64 KiB waits for the end of the turn.
 *
 * At the end of a turn of the flush it is never exceeded, nor within a turn by more than an eighth. When it is, the
 * connections because of which most of it is used come down first, all to one level, until it is used to seven eighths, or
 * to 1 MiB less than all. So what is given up in one go is that, and what came above the limit in this turn.
 *
 * Who has how much is found out anew when an eighth has been given up since it was, and of many outboxes a few messages are
 * looked at: 32,768 of all. In between, who has come down stays down, and those that have fallen behind since are asked
 * when the others have nothing left.
 * What many hold counts once, and leaves it with the last of them.
 */
import { Account, type AccountParts, type Budget, type Volume } from "@sluice/core";
import type { Flusher } from "../actor/Flusher.js";
import type { Frame } from "../adapter/Frame.js";
import type { Message } from "../adapter/Message.js";
import { Debtor } from "./Debtor.js";
import { isShared, payloadBytes, placeBytes } from "./Weight.js";

/** How a server's budget is used. */
export interface BudgetUse {
  /** `maxTotalBytes`. */
  readonly maxBytes: number;
  /** What is on it: what connections hold that are behind. */
  readonly bytes: number;
  /** What was given up because it was exceeded, of messages that had been taken. */
  readonly shed: Volume;
}

/** What is given up below the limit, in bytes, at the most: some milliseconds of work. */
const mostStepBytes = 2 ** 20;

/** Messages looked at to learn what is held by one alone: of one outbox, and about so many of all. */
const sampledOfOne = 64;
const sampledOfAll = 32_768;

/** Who has how much of the budget, the largest share first, as it was found out. */
interface Ranking {
  readonly debtors: ReadonlyArray<Debtor>;
  /** What all of them have come down to. */
  level: number;
  /** What had been given up by then. */
  readonly shedBytes: number;
}

export class MemoryBudget implements Budget<Message> {
  readonly maxBytes: number;
  bytes = 0;
  readonly #shed = { messages: 0, bytes: 0 };
  readonly #flusher: Flusher;
  /** In the order in which they fell behind. */
  readonly #behind = new Set<Account<Message>>();
  /** How many places there are for a frame: counted in place, for each connection that is behind holds and releases it. */
  readonly #places = new Map<Frame, { count: number }>();
  readonly #lowBytes: number;
  #ranking: Ranking | undefined;
  #round = 0;
  #isEnforcing = false;
  readonly #enforce = () => this.enforce();
  readonly #isEnough = () => this.bytes <= this.#lowBytes;

  constructor(maxBytes: number, flusher: Flusher) {
    this.maxBytes = maxBytes;
    this.#lowBytes = maxBytes - Math.min(maxBytes / 8, mostStepBytes);
    this.#flusher = flusher;
  }

  /** A picture that no longer changes. */
  get use(): BudgetUse {
    return { maxBytes: this.maxBytes, bytes: this.bytes, shed: { ...this.#shed } };
  }

  get isUrgent(): boolean {
    return this.bytes > this.maxBytes + this.maxBytes / 8 && !this.#isEnforcing;
  }

  open(parts: AccountParts<Message>, owner: Account<Message> | undefined): Account<Message> {
    return new Account(parts, this, owner);
  }

  joined(account: Account<Message>): void {
    this.#behind.add(account);
  }

  left(account: Account<Message>): void {
    this.#behind.delete(account);
    if (this.#behind.size === 0) this.#ranking = undefined;
  }

  hold(message: Message, bytes: number): void {
    this.bytes += placeBytes;
    const places = isShared(message) ? this.#places.get(message) : undefined;
    if (places !== undefined) places.count++;
    else {
      if (isShared(message)) this.#places.set(message, { count: 1 });
      this.bytes += payloadBytes(message, bytes);
    }
    if (this.bytes > this.maxBytes) this.#flusher.afterwards(this.#enforce);
  }

  release(message: Message, bytes: number): void {
    this.bytes -= placeBytes;
    if (isShared(message)) {
      const places = this.#places.get(message);
      if (places !== undefined && --places.count > 0) return;
      this.#places.delete(message);
    }
    this.bytes -= payloadBytes(message, bytes);
  }

  gaveUp(bytes: number): void {
    this.#shed.messages++;
    this.#shed.bytes += bytes;
  }

  enforce(): void {
    if (this.#isEnforcing || this.bytes <= this.maxBytes) return;
    this.#isEnforcing = true;
    try {
      this.#comeDown();
    } finally {
      this.#isEnforcing = false;
    }
  }

  #comeDown(): void {
    this.#round++;
    const known = this.#ranking;
    if (known !== undefined && this.#shed.bytes - known.shedBytes < this.maxBytes / 8) {
      this.#comeDownBy(known);
    }
    if (this.#isEnough()) return;
    const debtors = this.#debtors();
    const level = debtors[0]?.shareBytes ?? 0;
    this.#ranking = { debtors, level, shedBytes: this.#shed.bytes };
    this.#comeDownBy(this.#ranking);
    if (this.#behind.size === 0) this.#ranking = undefined;
  }

  /** To one level, that falls until it is enough: who is above it comes down to it. */
  #comeDownBy(ranking: Ranking): void {
    const { debtors } = ranking;
    for (let { level } = ranking; ; level = level > placeBytes ? level - level / 8 : 0) {
      ranking.level = level;
      for (const debtor of debtors) {
        if (this.#isEnough()) return;
        if (debtor.shareBytes <= level) break;
        debtor.comeDown(level / debtor.shareBytes, this.#round, this.#isEnough);
      }
      if (level === 0) return;
    }
  }

  /** Whoever has the largest share first; of equal ones, who has been behind for longest. */
  #debtors(): ReadonlyArray<Debtor> {
    const debtors = new Map<Account<Message>, Debtor>();
    const partOf = (message: Message, bytes: number) =>
      isShared(message) ? bytes / (this.#places.get(message)?.count ?? 1) : bytes;
    const share = Math.floor(sampledOfAll / Math.max(1, this.#behind.size));
    const sampled = Math.max(1, Math.min(sampledOfOne, share));
    for (const account of this.#behind) {
      const debtor = debtors.get(account.owner) ?? new Debtor(account.owner);
      debtors.set(account.owner, debtor);
      debtor.add(account, sampled, partOf);
    }
    return [...debtors.values()].sort((a, b) => b.shareBytes - a.shareBytes);
  }
}
