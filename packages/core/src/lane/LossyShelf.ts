/** A shelf that keeps account of what it loses: in the ledger by its reason, and by its topic for whoever tells the client. */
import type { DropReason, RejectReason } from "../fate.js";
import type { LossReason, TopicGap, TopicGaps } from "../label/TopicGaps.js";
import type { Ledger } from "../ledger/Ledger.js";
import type { OfferResult } from "../OfferResult.js";
import { CountedShelf } from "./CountedShelf.js";
import type { Link } from "./Links.js";

export class LossyShelf<T> extends CountedShelf<T> {
  /** What is lost of topics is told there, if anybody tells it. */
  gaps: TopicGaps | undefined;
  protected readonly ledger: Ledger;

  constructor(ledger: Ledger) {
    super();
    this.ledger = ledger;
  }

  /** A message is refused. */
  reject(reason: RejectReason, bytes: number, link?: Link<T>): OfferResult {
    if (link !== undefined) this.miss(link, reason);
    return this.ledger.reject(reason, bytes);
  }

  /** The next message leaves, and not for the transport. Answers its size. */
  lose(reason: DropReason): number {
    const first = this.links?.first;
    if (first !== undefined) this.miss(first, reason);
    const bytes = this.shift();
    this.ledger.losses.dropped[reason].add(bytes);
    return bytes;
  }

  /** The connection is over: nothing of what is left will be delivered. */
  discard(): void {
    while (this.length > 0) this.lose("closed");
  }

  /** What is to be told before a message. */
  gapBefore(index: number): TopicGap | undefined {
    const { links, gaps } = this;
    if (links === undefined || gaps === undefined || gaps.isEmpty) return undefined;
    const { label, position = 0 } = links.at(index) ?? {};
    return position === 0 ? undefined : gaps.before(label?.topic as string, position);
  }

  /** What is lost of a topic is to be told. */
  miss({ label, position }: Link<T>, reason: LossReason): void {
    if (position > 0) this.gaps?.lost(label?.topic as string, position, reason);
  }
}
