/** A shelf that counts on a budget for many: its account is told of what comes and goes, from when it is behind. */
import type { Account } from "../budget/Account.js";
import type { Link } from "./Links.js";
import { Shelf } from "./Shelf.js";

/** Without an account there is nobody to tell. Of this size, it needs no box. */
const noAccount = 2 ** 31 - 1;

export class CountedShelf<T> extends Shelf<T> {
  /** What it has on a budget for many, if there is one. */
  account: Account<T> | undefined;
  /** From so many bytes on its account is told of what comes; 0 while it is told of everything. */
  countsFrom = noAccount;

  override push(message: T, bytes: number): void {
    super.push(message, bytes);
    if (this.bytes >= this.countsFrom) this.account?.took(message, bytes);
  }

  override shift(): number {
    if (this.countsFrom > 0) return super.shift();
    const oldest = this.peek() as T;
    const bytes = super.shift();
    this.account?.gave(oldest, bytes);
    return bytes;
  }

  override add(link: Link<T>): void {
    super.add(link);
    if (this.bytes >= this.countsFrom) this.account?.took(link.message, link.bytes);
  }

  override remove(link: Link<T>): number {
    const bytes = super.remove(link);
    if (this.countsFrom === 0) this.account?.gave(link.message, bytes);
    return bytes;
  }

  override replace(older: Link<T>, newer: Link<T>): number {
    const isCounted = this.countsFrom === 0;
    const { message } = older;
    const left = super.replace(older, newer);
    if (this.bytes >= this.countsFrom) this.account?.took(newer.message, newer.bytes);
    if (isCounted) this.account?.gave(message, left);
    return left;
  }

  override rotate(message: T, bytes: number): number {
    const isCounted = this.countsFrom === 0;
    const oldest = this.peek() as T;
    const left = super.rotate(message, bytes);
    if (this.bytes >= this.countsFrom) this.account?.took(message, bytes);
    if (isCounted) this.account?.gave(oldest, left);
    return left;
  }
}
