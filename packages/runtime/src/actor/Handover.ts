/**
 * Hands the next messages of a connection over to its transport, until a quantum is used up or the transport takes no more.
 * Nothing of it is made for a message.
 */
import type { Outbox } from "@sluice/core";
import type { Joiner } from "../adapter/Coalescer.js";
import { Deferred } from "../adapter/Deferred.js";
import { SendStatus, type Transport } from "../adapter/Transport.js";
import type { ActorOptions } from "./ActorOptions.js";
import type { Backlogs } from "./Backlogs.js";
import { inBatch, type Writer } from "./Batch.js";
import type { Quantum } from "./Flusher.js";
import { joinable, joinedOf } from "./Joining.js";
import type { Notice, Notices } from "./Notices.js";
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

  /** Whether there is nothing to tell: a connection that has closed is told nothing more. */
  protected get owesNoNotice(): boolean {
    return this.notices === undefined || this.notices.isEmpty || this.outbox.state === "closed";
  }

  /** A message that is larger than the quantum goes alone. */
  protected handOver(quantum: Quantum): void {
    const { length } = this.from;
    this.isRefused = false;
    const framedBytes = this.from.peekBytes() + this.transport.traits.overheadBytes;
    const isAlone = length === 1 && this.backlogs === undefined;
    if (this.#notice === undefined && (isAlone || framedBytes > quantum.bytes)) {
      this.#write(1);
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
    while (messages > 0 && roomBytes > 0) {
      const notice = this.notices === undefined ? undefined : this.#notice;
      if (notice === undefined && outbox.length === 0) return;
      const isJoined = notice === undefined && this.#joiner !== undefined;
      const most = Math.min(bytes - overheadBytes, roomBytes);
      const count = isJoined ? this.#together(messages, most) : 1;
      const size = notice?.bytes ?? (isJoined ? this.#sizeOf(count) : outbox.peekBytes());
      const isFirst = messages === quantum.messages;
      messages -= count;
      bytes -= size + overheadBytes;
      roomBytes -= size;
      bytesToAsk -= size;
      if (bytes < 0 && !(isFirst && notice !== undefined)) return;
      if (!(notice === undefined ? this.#write(count) : this.#tell(notice))) return;
      if (bytesToAsk <= 0) bytesToAsk = receipts.handedOver();
      if (outbox.length === 0 || this.backlogs?.hasLanes) outbox = this.from = this.next;
    }
  }

  /** What is to be told next. What is told at the end waits for what is held back. */
  get #notice(): Notice<T> | undefined {
    if (this.owesNoNotice) return undefined;
    if (this.from.length === 0 && this.backlogs?.holdsBack) return undefined;
    return this.notices?.next(this.from);
  }

  /** How many of the next messages go in one frame. */
  #together(messages: number, bytes: number): number {
    const joiner = this.#joiner;
    if (joiner === undefined) return 1;
    const inTurn = this.backlogs?.most(this.from) ?? Number.POSITIVE_INFINITY;
    return joinable(joiner, this.from, Math.min(messages, inTurn), bytes);
  }

  #sizeOf(count: number): number {
    let size = this.from.peekBytes();
    for (let index = 1; index < count; index++) size += this.from.peekBytes(index);
    return size;
  }

  /** Tells what is missing; false when nothing may follow for now. */
  #tell(notice: Notice<T>): boolean {
    const status = this.transport.send(notice.message);
    if (status === SendStatus.refused) return this.#refused();
    this.notices?.told(notice);
    this.outbox.passed(1, notice.bytes);
    return status !== SendStatus.pressure;
  }

  #refused(): false {
    this.isRefused = true;
    this.refusals++;
    return false;
  }

  /** Hands the next messages over, in one frame; false when nothing may follow them for now. */
  #write(count: number): boolean {
    const outbox = this.from;
    // Whoever makes one of several, or encodes one, may offer more, and may end the connection.
    outbox.writing(count);
    const joined = this.#joiner === undefined ? undefined : joinedOf(this.#joiner, outbox, count);
    const message = joined ?? outbox.peek();
    const status = message === undefined ? undefined : this.transport.send(message);
    outbox.writing(0);
    if (status === undefined || outbox.length < count) return false;
    if (status === SendStatus.refused) return this.#refused();
    if (status === SendStatus.unsendable) {
      this.#lose();
      return true;
    }
    const taken = joined === undefined ? 1 : count;
    this.backlogs?.served(outbox, taken);
    outbox.delivered(taken);
    return status === SendStatus.sent;
  }

  /** The next message cannot be sent. Who hears of it is told outside of the transport's batch. */
  #lose(): void {
    const owner = this.owner;
    const [message, bytes] = [this.from.peek(), this.from.peekBytes()];
    const cause = message instanceof Deferred ? message.failure : undefined;
    const why = cause === undefined ? {} : { cause };
    const lost = new UnsendableError({ connection: owner.id, bytes, ...why });
    this.from.unsendable();
    queueMicrotask(() => owner.report("a message could not be sent", lost));
  }
}
