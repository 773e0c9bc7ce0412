/**
 * One connection among those that give up what is too much: how much of the budget is there because of it, and how it
 * comes down to less. What its transport takes at this moment is handed over, not lost.
 *
 * Where a strategy lets old messages go, the oldest go. One that has no such messages left is closed as a slow consumer: of
 * what it was promised nothing may be missing in the middle.
 */
import type { Account } from "@sluice/core";
import type { Message } from "../adapter/Message.js";
import { placeBytes } from "./Weight.js";

export class Debtor {
  /** Bytes of the budget that are there because of it: of what many hold, its part. */
  shareBytes = 0;
  readonly #owner: Account<Message>;
  readonly #accounts: Array<{ readonly account: Account<Message>; readonly heldBytes: number }> =
    [];
  #writtenIn: number | undefined;

  constructor(owner: Account<Message>) {
    this.#owner = owner;
  }

  /**
   * Adds an account of its own. `partOf` is which part of a message it is held for. So many messages of it are looked at, to
   * learn how much of what it holds is its own.
   */
  add(
    account: Account<Message>,
    sampled: number,
    partOf: (message: Message, bytes: number) => number,
  ): void {
    this.#accounts.push({ account, heldBytes: heldBytes(account) });
    let [seenBytes, ownBytes] = [0, 0];
    const every = Math.max(1, Math.floor(account.messages / sampled));
    account.visit(every, (message, bytes) => {
      seenBytes += bytes;
      ownBytes += partOf(message, bytes);
    });
    const ownPart = seenBytes === 0 ? 1 : ownBytes / seenBytes;
    this.shareBytes += placeBytes * account.messages + account.bytes * ownPart;
  }

  /** Comes down to so much of its share, 0 to 1, or less far if that is enough. It writes to its socket once in a `round`. */
  comeDown(part: number, round: number, isEnough: () => boolean): void {
    if (
      this.#accounts.every(({ account, heldBytes: before }) => heldBytes(account) <= part * before)
    ) {
      return;
    }
    if (this.#writtenIn !== round) this.#owner.handOver(isEnough);
    this.#writtenIn = round;
    const behind = this.#accounts.filter(({ account }) => account.isBehind);
    if (isEnough() || behind.length === 0) return;
    const giving = behind.filter(({ account }) => account.bearsGaps);
    for (const { account, heldBytes: before } of giving) {
      account.shed(() => isEnough() || heldBytes(account) <= part * before);
    }
    if (giving.length > 0) return;
    for (const { account } of behind) account.clear();
    this.#owner.evict();
  }
}

function heldBytes({ messages, bytes }: Account<Message>): number {
  return placeBytes * messages + bytes;
}
