/**
 * Hands the next messages of a connection over to its transport, until a quantum is used up or the transport takes no more.
 * Nothing of it is made for a message.
 */
import type { Outbox } from "@sluice/core";
import type { Joiner } from "../adapter/Coalescer.js";
import { SendStatus, type Transport } from "../adapter/Transport.js";
import type { ActorOptions } from "./ActorOptions.js";
import type { Backlogs } from "./Backlogs.js";
import { inBatch, type Writer } from "./Batch.js";
import type { Quantum } from "./Flusher.js";
import { joinable, joinedOf } from "./Joining.js";
import type { Notices } from "./Notices.js";
import type { Receipts } from "./Receipts.js";
import type { Reporter } from "./Reporter.js";
import { UnsendableError } from "./UnsendableError.js";
import type { Watchdog } from "./Watchdog.js";

/** Whose messages they are. */
export interface Pumped extends Reporter {
  readonly id: string;
  /** What its client has received. */
  readonly receipts: Receipts;
  /** Is told when the transport does not take what it is given. */
  readonly watchdog: Pick<Watchdog, "note">;
  /** The transport threw. */
  failed(defect: unknown): void;
  /** A turn of the flush is over. */
  turnEnds(): void;
}

export abstract class Handover<T> implements Writer {
  /** How often the transport refused a message; it stayed in the outbox. */
  refusals = 0;
  /** What waits beside its outbox, if anything has. */
  backlogs: Backlogs<T> | undefined;
  protected readonly owner: Pumped;
  protected readonly outbox: Outbox<T>;
  protected readonly transport: Transport<T>;
  protected readonly notices: Notices<T> | undefined;
  /** What is written from in this turn. */
  protected from: Outbox<T>;
  protected isRefused = false;
  readonly #joiner: Joiner<T> | undefined;

  constructor(
    owner: Pumped,
    outbox: Outbox<T>,
    { transport, joiner }: Pick<ActorOptions<T>, "transport" | "joiner">,
    notices: Notices<T> | undefined,
  ) {
    this.owner = owner;
    this.outbox = outbox;
    this.from = outbox;
    this.transport = transport;
    this.#joiner = joiner;
    this.notices = notices;
  }

  /** What is written from next. */
  protected get next(): Outbox<T> {
    return this.backlogs === undefined ? this.outbox : this.backlogs.next();
  }

  /** A message that is larger than the quantum goes alone. */
  protected handOver(quantum: Quantum): void {
    const { length } = this.from;
    this.isRefused = false;
    const framedBytes = this.from.peekBytes() + this.transport.traits.overheadBytes;
    const isAlone = length === 1 && this.backlogs === undefined && this.notices?.isEmpty !== false;
    if (isAlone || framedBytes > quantum.bytes) {
      if (this.notices === undefined || this.#tellGaps(this.notices)) this.#write(1);
      this.owner.receipts.handedOver();
      return;
    }
    inBatch(this.transport, this, quantum);
  }

  /** @internal Hands messages over until the quantum is used up, or the transport takes no more. */
  writeBatch(quantum: Quantum): void {
    let outbox = this.from;
    const { receipts } = this.owner;
    const { overheadBytes } = this.transport.traits;
    let { bytes, messages } = quantum;
    let { roomBytes } = receipts;
    let bytesToAsk = receipts.handedOver();
    // The last one may exceed the window: so does one that is larger than it.
    while (outbox.length > 0 && messages > 0 && roomBytes > 0) {
      if (this.notices !== undefined && !this.#tellGaps(this.notices)) return;
      const most = Math.min(bytes - overheadBytes, roomBytes);
      const count = this.#joiner === undefined ? 1 : joinable(this.#joiner, outbox, messages, most);
      let size = outbox.peekBytes();
      for (let index = 1; index < count; index++) size += outbox.peekBytes(index);
      messages -= count;
      bytes -= size + overheadBytes;
      roomBytes -= size;
      bytesToAsk -= size;
      if (bytes < 0 || !this.#write(count)) return;
      if (bytesToAsk <= 0) bytesToAsk = receipts.handedOver();
      if (outbox.length === 0 || this.backlogs?.hasLanes) outbox = this.from = this.next;
    }
    if (this.notices !== undefined && outbox.length === 0) this.#tellGaps(this.notices);
  }

  /** Tells what is missing before the next message, or at all if there is none; false when nothing may follow for now. */
  #tellGaps(notices: Notices<T>): boolean {
    if (notices.isEmpty || (this.from.length === 0 && this.backlogs?.holdsBack)) return true;
    for (let next = notices.next(this.from); next; next = notices.next(this.from)) {
      const status = this.transport.send(next.message);
      if (status === SendStatus.refused) return this.#refused();
      notices.told(next);
      this.outbox.passed(1, next.bytes);
      if (status === SendStatus.pressure) return false;
    }
    return true;
  }

  #refused(): false {
    this.isRefused = true;
    this.refusals++;
    return false;
  }

  /** Hands the next messages over, in one frame; false when nothing may follow them for now. */
  #write(count: number): boolean {
    const outbox = this.from;
    const joined = this.#joiner === undefined ? undefined : joinedOf(this.#joiner, outbox, count);
    const status = this.transport.send(joined ?? (outbox.peek() as T));
    if (status === SendStatus.refused) return this.#refused();
    if (status === SendStatus.unsendable) {
      this.#lose();
      return true;
    }
    this.backlogs?.served(outbox);
    outbox.delivered(joined === undefined ? 1 : count);
    return status === SendStatus.sent;
  }

  /** The next message cannot be sent. Who hears of it is told outside of the transport's batch. */
  #lose(): void {
    const owner = this.owner;
    const lost = new UnsendableError({ connection: owner.id, bytes: this.from.peekBytes() });
    this.from.unsendable();
    queueMicrotask(() => owner.report("a message could not be sent", lost));
  }
}
