/**
 * Hands the messages of one outbox over to its transport: a quantum in each turn of the shared flush, while its gate is
 * open. Nothing of it is made for a message.
 */
import type { Outbox } from "@sluice/core";
import { Event } from "@sluice/machines";
import type { Joiner } from "../adapter/Coalescer.js";
import { SendStatus, type Transport } from "../adapter/Transport.js";
import type { Watchers } from "../watch/Watchers.js";
import type { ActorOptions } from "./ActorOptions.js";
import { askInBatch } from "./Asking.js";
import type { Backlogs } from "./Backlogs.js";
import { inBatch, type Writer } from "./Batch.js";
import type { Flushable, Flusher, Quantum } from "./Flusher.js";
import { type Gate, Shut } from "./Gate.js";
import { joinable, joinedOf } from "./Joining.js";
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

export class Pump<T> implements Flushable, Writer {
  /** It stands in line for its turn of the flush. */
  isInLine = false;
  /** How often the transport refused a message; it stayed in the outbox. */
  refusals = 0;
  /** Who samples what it does, if anybody does. */
  watchers: Watchers | undefined;
  /** What waits of channels that have limits of their own, if anything has. */
  backlogs: Backlogs<T> | undefined;

  readonly #owner: Pumped;
  readonly #outbox: Outbox<T>;
  /** What is written from in this turn. */
  #from: Outbox<T>;
  readonly #transport: Transport<T>;
  readonly #flusher: Flusher;
  readonly #gate: Gate;
  readonly #joiner: Joiner<T> | undefined;
  #isRefused = false;

  constructor(
    owner: Pumped,
    outbox: Outbox<T>,
    options: Pick<ActorOptions<T>, "transport" | "flusher" | "joiner">,
    gate: Gate,
  ) {
    this.#owner = owner;
    this.#outbox = outbox;
    this.#from = outbox;
    this.#transport = options.transport;
    this.#flusher = options.flusher;
    this.#gate = gate;
    this.#joiner = options.joiner;
  }

  /** Puts it in line for a turn of the flush, unless that could not write: then what it holds is behind. */
  standInLine(): void {
    if (this.isInLine) return;
    if (!this.#gate.opensInTurn) {
      this.#fallBehind();
      return;
    }
    this.isInLine = true;
    this.#flusher.mark(this);
  }

  /** The client has answered a ping: more may follow. */
  answered(): void {
    this.watchers?.answered(this.#owner.receipts.roundTripMillis ?? 0);
    this.standInLine();
  }

  /** Whether nothing waits to be handed over. */
  get isEmpty(): boolean {
    return this.#outbox.length === 0 && (this.backlogs === undefined || this.backlogs.isEmpty);
  }

  /** Nothing is before a message that would go past its outbox, and the transport takes it at once. */
  get isIdle(): boolean {
    const { waiting, state } = this.#outbox;
    if (!this.isEmpty || waiting > 0 || state !== "normal" || this.#gate.shut !== 0) return false;
    return this.#transport.bufferedBytes() === 0;
  }

  /** Messages have gone past its outbox, while that was empty. */
  passed(messages: number, bytes: number): void {
    this.#outbox.passed(messages, bytes);
  }

  /**
   * Whether messages may go on to go past its outbox: the client takes them, and its window is open. `asks` is whether it is
   * asked what it has received, if it is time to.
   */
  keepsUp(asks: boolean): boolean {
    const { receipts, watchdog } = this.#owner;
    if (!this.#outbox.isOpen || this.#outbox.length > 0) return false;
    try {
      const bufferedBytes = this.#transport.bufferedBytes();
      if (bufferedBytes > 0) watchdog.note(bufferedBytes, false);
      if (bufferedBytes > 0 || !receipts.opens()) return false;
      if (asks && receipts.isDue) askInBatch(this.#transport, receipts);
      return true;
    } catch (defect) {
      this.#owner.failed(defect);
      return false;
    }
  }

  /** Its turn of the flush. It stays in line meanwhile: whatever is offered then is seen at the end. */
  flush(quantum: Quantum): boolean {
    this.#gate.set(Shut.held, false);
    this.turn(quantum);
    this.#owner.turnEnds();
    this.isInLine = this.#gate.opensInTurn && !this.isEmpty;
    if (!this.isInLine) this.#fallBehind();
    return this.isInLine;
  }

  /** What it holds, if anything, waits for more than its turn. */
  #fallBehind(): void {
    this.#outbox.account?.fallBehind();
    this.backlogs?.fallBehind();
  }

  /** Hands over a quantum out of turn, if the transport bears and takes it: true if anything has gone. */
  makeRoom(): boolean {
    if (this.#gate.shut !== 0) return false;
    const { departed } = this.#outbox;
    this.turn();
    return this.#outbox.departed > departed;
  }

  /** Hands over what it can, up to a quantum. */
  turn(quantum: Quantum = this.#transport.traits.quantum): void {
    this.#gate.set(Shut.writing, true);
    try {
      this.watchers?.turnBegins();
      this.#takeTurn(quantum);
      this.watchers?.turnEnds();
    } catch (defect) {
      this.#owner.failed(defect);
    }
    this.#gate.set(Shut.writing, false);
  }

  /** Nothing happens in it once the connection has closed: then the outbox is empty. */
  #takeTurn(quantum: Quantum): void {
    const outbox = this.#outbox;
    this.#from = this.#next;
    if (this.#gate.opensInTurn && this.#from.length > 0) {
      if (!this.#owner.receipts.opens()) this.#isRefused = !this.#gate.has(Shut.window);
      else this.#handOver(quantum);
      if (outbox.state === "closed") return;
      this.#notePressure(this.#transport.bufferedBytes());
    }
    if (outbox.state === "closing" && this.#gate.opensInTurn && this.isEmpty) {
      outbox.signal(Event.flushed);
    }
  }

  /** What is written from next. */
  get #next(): Outbox<T> {
    return this.backlogs === undefined ? this.#outbox : this.backlogs.next();
  }

  #notePressure(bufferedBytes: number): void {
    if (bufferedBytes === 0 && !this.#isRefused && !this.#gate.has(Shut.pressure)) return;
    this.#owner.watchdog.note(bufferedBytes, this.#isRefused);
  }

  /** A message that is larger than the quantum goes alone. */
  #handOver(quantum: Quantum): void {
    const { length } = this.#from;
    this.#isRefused = false;
    const framedBytes = this.#from.peekBytes() + this.#transport.traits.overheadBytes;
    const isAlone = length === 1 && this.backlogs === undefined;
    if (isAlone || framedBytes > quantum.bytes) {
      this.#write(1);
      this.#owner.receipts.handedOver();
      return;
    }
    inBatch(this.#transport, this, quantum);
  }

  /** @internal Hands messages over until the quantum is used up, or the transport takes no more. */
  writeBatch(quantum: Quantum): void {
    let outbox = this.#from;
    const { receipts } = this.#owner;
    const { overheadBytes } = this.#transport.traits;
    let { bytes, messages } = quantum;
    let { roomBytes } = receipts;
    let bytesToAsk = receipts.handedOver();
    // The last one may exceed the window: so does one that is larger than it.
    while (outbox.length > 0 && messages > 0 && roomBytes > 0) {
      const most = Math.min(bytes - overheadBytes, roomBytes);
      const count = this.#joiner === undefined ? 1 : joinable(this.#joiner, outbox, messages, most);
      let size = outbox.peekBytes();
      for (let index = 1; index < count; index++) size += outbox.peekBytes(index);
      messages -= count;
      bytes -= size + overheadBytes;
      roomBytes -= size;
      bytesToAsk -= size;
      if (bytes < 0 || !this.#write(count)) break;
      if (bytesToAsk <= 0) bytesToAsk = receipts.handedOver();
      if (outbox.length === 0) outbox = this.#from = this.#next;
    }
  }

  /** Hands the next messages over, in one frame; false when nothing may follow them for now. */
  #write(count: number): boolean {
    const outbox = this.#from;
    const joined = this.#joiner === undefined ? undefined : joinedOf(this.#joiner, outbox, count);
    const status = this.#transport.send(joined ?? (outbox.peek() as T));
    if (status === SendStatus.refused) {
      this.#isRefused = true;
      this.refusals++;
      return false;
    }
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
    const owner = this.#owner;
    const lost = new UnsendableError({ connection: owner.id, bytes: this.#from.peekBytes() });
    this.#from.unsendable();
    queueMicrotask(() => owner.report("a message could not be sent", lost));
  }
}
