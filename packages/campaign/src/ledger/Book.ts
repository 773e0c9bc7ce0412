/**
 * The server's side of the ledger of one connection. It follows which messages are delivered, one by one, from what
 * `offer` answers and from how many are delivered: an outbox hands over its oldest first, and gives up its oldest first.
 */
import { type OfferResult, total } from "@sluice/core";
import type { CloseInfo, ConnectionStatistics } from "@sluice/runtime";
import type { HubConnection } from "@sluice/runtime/adapter";
import type { ServerEntry } from "./Entry.js";
import { Ranges } from "./Ranges.js";

export class Book {
  readonly client: string;
  readonly connection: HubConnection;
  /** By the clock that all processes share: when it was reported as unhealthy, and when it closed. */
  reportedMillis: number | undefined;
  closedMillis: number | undefined;
  closing: CloseInfo | undefined;
  readonly #delivered = new Ranges();
  /** Offered and taken, and not known to be delivered or given up. */
  #held: Array<number> = [];
  #isPublished = false;
  #isExact = true;

  constructor(connection: HubConnection) {
    this.client = connection.label ?? connection.id;
    this.connection = connection;
  }

  /** A message of this number was offered alone, with this result. */
  offered(number: number, result: OfferResult): void {
    if (result._tag === "Rejected") return;
    if (result.evicted > 0) {
      this.#settle(this.connection.stats());
      this.#held.splice(0, result.evicted);
    }
    this.#held.push(number);
  }

  /** A message of this number was published: what it has pushed out is not told. */
  published(number: number): void {
    this.#isPublished = true;
    this.#held.push(number);
  }

  /** What happens in it cannot be followed one by one. */
  blur(): void {
    this.#isExact = false;
  }

  entry(): ServerEntry {
    const statistics = this.connection.stats();
    this.#settle(statistics);
    const { offered, delivered, dropped, rejected, buffered, waiting, peak, receipts } = statistics;
    const { evicted, cleared, shed, unsendable } = dropped;
    // What is given up without having been told of may have been at any place.
    const told = total({ cleared, shed, unsendable }).messages;
    const isExact = this.#isExact && told === 0 && this.#delivered.count === delivered.messages;
    return {
      client: this.client,
      offered: offered.messages,
      delivered: delivered.messages,
      dropped: total(dropped).messages,
      rejected: total(rejected).messages,
      buffered: buffered.messages,
      waiting: waiting.messages,
      acknowledged: receipts.acknowledged.messages,
      peakBytes: peak.bytes,
      numbers:
        isExact && (!this.#isPublished || evicted.messages === 0) ? this.#delivered.toJSON() : null,
      closedBy: this.closing?.by ?? null,
      code: this.closing?.code ?? null,
    };
  }

  #settle({ delivered }: ConnectionStatistics): void {
    const news = this.#held.splice(0, delivered.messages - this.#delivered.count);
    for (const number of news) this.#delivered.add(number);
  }
}
