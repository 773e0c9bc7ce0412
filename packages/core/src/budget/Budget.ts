/**
 * What many outboxes may hold together. Whoever keeps it says what a message weighs and who gives up what; an `Account`
 * tells it of what one outbox holds, from when that is behind until it is empty.
 */
import type { Account, AccountParts } from "./Account.js";

export interface Budget<T> {
  /** It is over by so much that it cannot wait for the end of the turn. */
  readonly isUrgent: boolean;
  /** Makes the account of an outbox, which may be beside another of the same connection. */
  open(parts: AccountParts<T>, owner: Account<T> | undefined): Account<T>;
  /** What an account holds is told from now on, all of it. */
  joined(account: Account<T>): void;
  /** An account holds nothing. */
  left(account: Account<T>): void;
  /** A message is held by an account; it may be by others too. */
  hold(message: T, bytes: number): void;
  release(message: T, bytes: number): void;
  /** A message of this size was given up. */
  gaveUp(bytes: number): void;
  /** Has outboxes give up what is too much. Called while every outbox is whole. */
  enforce(): void;
}
