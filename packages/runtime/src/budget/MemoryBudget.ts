/**
 * The memory that a server's connections may use together for what they hold, while they are behind. One that keeps up is
 * not on it: of such a one less than 64 KiB waits for the end of the turn.
 *
 * At the end of a turn of the flush it is never exceeded, nor within a turn by more than an eighth. When it is, the
 * connections because of which most of it is used come down first, all to one level, until it is used to seven eighths.
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
  #isEnforcing = false;
  readonly #enforce = () => this.enforce();
  readonly #isEnough = () => this.bytes <= this.#lowBytes;

  constructor(maxBytes: number, flusher: Flusher) {
    this.maxBytes = maxBytes;
    this.#lowBytes = maxBytes - maxBytes / 8;
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

  /** To one level, that falls until it is enough: who is above it comes down to it. */
  #comeDown(): void {
    const debtors = this.#debtors();
    let level = debtors[0]?.shareBytes ?? 0;
    while (!this.#isEnough() && level > 0) {
      level = level > placeBytes ? level - level / 8 : 0;
      for (const debtor of debtors) {
        if (this.#isEnough() || debtor.shareBytes <= level) break;
        debtor.comeDown(level / debtor.shareBytes, this.#isEnough);
      }
    }
  }

  /** Whoever has the largest share first; of equal ones, who has been behind for longest. */
  #debtors(): ReadonlyArray<Debtor> {
    const debtors = new Map<Account<Message>, Debtor>();
    const partOf = (message: Message, bytes: number) =>
      isShared(message) ? bytes / (this.#places.get(message)?.count ?? 1) : bytes;
    for (const account of this.#behind) {
      const debtor = debtors.get(account.owner) ?? new Debtor(account.owner);
      debtors.set(account.owner, debtor);
      debtor.add(account, partOf);
    }
    return [...debtors.values()].sort((a, b) => b.shareBytes - a.shareBytes);
  }
}
