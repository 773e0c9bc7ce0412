/** What may be seen of an outbox. Looking changes nothing. */
import type { ConnectionState, Health } from "@sluice/machines";
import type { Account } from "./budget/Account.js";
import type { Configuration } from "./configuration/Configuration.js";
import type { RecentRates } from "./ledger/DropRate.js";
import type { Statistics } from "./ledger/Statistics.js";
import type { Volume } from "./ledger/Volume.js";
import type { Beside, OutboxParts } from "./OutboxParts.js";
import type { Past } from "./Past.js";
import type { HandedOver } from "./receipts/Flight.js";

export class OutboxView<T> {
  /** @internal */
  protected readonly parts: OutboxParts<T>;
  /** What it has on the budget that it was given. */
  readonly account: Account<T> | undefined;

  /** @internal */
  constructor(parts: OutboxParts<T>) {
    this.parts = parts;
    this.account = parts.account;
  }

  get configuration(): Configuration {
    return this.parts.configuration;
  }

  /** Messages buffered; `bytes` is what they weigh. */
  get length(): number {
    return this.parts.lane.length;
  }

  get bytes(): number {
    return this.parts.lane.bytes;
  }

  /** Messages that were taken and have left, delivered or dropped; with `length`, all that were ever taken. */
  get departed(): number {
    return this.parts.ledger.departed;
  }

  /** Those of this outbox alone: what was held beside it, or passed it by, is not among them. */
  get departedHere(): number {
    return this.parts.lane.departed;
  }

  /** Those that had ever come to this outbox alone. What has left of them is `departedHere`, in that order. */
  get takenHere(): number {
    return this.parts.lane.taken;
  }

  /** How many keys have a message that waits. */
  get keys(): number {
    return this.parts.lane.keys;
  }

  /** What the transport has taken so far. */
  get handedOver(): HandedOver {
    return this.parts.ledger;
  }

  get waiting(): number {
    return this.parts.admission.length;
  }

  /** Messages and bytes of senders that wait. */
  get waitingVolume(): Volume {
    return this.parts.admission.volumes.waiting;
  }

  get isOpen(): boolean {
    return this.parts.flow.isOpen;
  }

  get state(): ConnectionState {
    return this.parts.flow.state;
  }

  get stateId(): number {
    return this.parts.flow.stateId;
  }

  get health(): Health {
    return this.parts.flow.health;
  }

  /** The larger of messages and bytes as a share of their limits, 0 to 1. */
  get fill(): number {
    return this.parts.lane.fill;
  }

  /** What a sender that comes now has to wait at the most, in milliseconds, if there is room. */
  get delayMillis(): number {
    return this.parts.admission.delayMillis;
  }

  /** Shares of what was recently offered; of everything, while health has never been assessed. */
  get recentRates(): RecentRates {
    return this.parts.ledger.recentRates;
  }

  /** A picture of what is counted, with what is held `beside`; as if what is `ahead` were held too, so much of it `apart`. */
  stats(ahead?: Volume, beside?: Beside, apart?: Volume): Statistics {
    return this.parts.statistics(ahead, beside, apart);
  }

  /** What is behind it, while it is at rest and another may go on in its place; undefined while it is not. */
  get past(): Past | undefined {
    return this.parts.past;
  }
}
