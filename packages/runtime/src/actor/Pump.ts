/** When one connection is written: in its turns of the shared flush, a quantum each, while its gate is open. */
import type { Outbox } from "@sluice/core";
import { Event } from "@sluice/machines";
import type { Watchers } from "../watch/Watchers.js";
import type { ActorOptions } from "./ActorOptions.js";
import { askInBatch } from "./Asking.js";
import type { Flushable, Flusher, Quantum } from "./Flusher.js";
import { type Gate, Shut } from "./Gate.js";
import { Handover, type Pumped } from "./Handover.js";
import type { Notices } from "./Notices.js";

export class Pump<T> extends Handover<T> implements Flushable {
  /** It stands in line for its turn of the flush. */
  isInLine = false;
  /** Who samples what it does, if anybody does. */
  watchers: Watchers | undefined;
  readonly #flusher: Flusher;
  readonly #gate: Gate;

  constructor(
    owner: Pumped,
    outbox: Outbox<T>,
    options: Pick<ActorOptions<T>, "transport" | "flusher" | "joiner">,
    gate: Gate,
    notices?: Notices<T>,
  ) {
    super(owner, outbox, options, notices);
    this.#flusher = options.flusher;
    this.#gate = gate;
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
    this.watchers?.answered(this.owner.receipts.roundTripMillis ?? 0);
    this.standInLine();
  }

  /** Whether nothing waits to be handed over. What is told at the end waits for what is held back. */
  get isEmpty(): boolean {
    if (this.outbox.length > 0 || this.backlogs?.isEmpty === false) return false;
    return this.owesNoNotice || this.backlogs?.holdsBack === true;
  }

  /** Nothing is before a message that would go past its outbox, and the transport takes it at once. */
  get isIdle(): boolean {
    const { waiting, state } = this.outbox;
    if (!this.isEmpty || waiting > 0 || state !== "normal" || this.#gate.shut !== 0) return false;
    return this.transport.bufferedBytes() === 0;
  }

  /** Messages have gone past its outbox, while that was empty. */
  passed(messages: number, bytes: number): void {
    this.outbox.passed(messages, bytes);
  }

  /**
   * Whether messages may go on to go past its outbox: the client takes them, and its window is open. `asks` is whether it is
   * asked what it has received, if it is time to.
   */
  keepsUp(asks: boolean): boolean {
    const { receipts, watchdog } = this.owner;
    if (!this.outbox.isOpen || this.outbox.length > 0) return false;
    try {
      const bufferedBytes = this.transport.bufferedBytes();
      if (bufferedBytes > 0) watchdog.note(bufferedBytes, false);
      if (bufferedBytes > 0 || !receipts.opens()) return false;
      if (asks && receipts.isDue) askInBatch(this.transport, receipts);
      return true;
    } catch (defect) {
      this.owner.failed(defect);
      return false;
    }
  }

  /** Its turn of the flush. It stays in line meanwhile: whatever is offered then is seen at the end. */
  flush(quantum: Quantum): boolean {
    this.#gate.set(Shut.held, false);
    this.turn(quantum);
    this.owner.turnEnds();
    this.isInLine = this.#gate.opensInTurn && !this.isEmpty;
    if (!this.isInLine) this.#fallBehind();
    return this.isInLine;
  }

  /** What it holds, if anything, waits for more than its turn. */
  #fallBehind(): void {
    this.outbox.account?.fallBehind();
    this.backlogs?.fallBehind();
  }

  /** Hands over a quantum out of turn, if the transport bears and takes it: true if anything has gone. */
  makeRoom(): boolean {
    if (this.#gate.shut !== 0) return false;
    const { departed } = this.outbox;
    this.turn();
    return this.outbox.departed > departed;
  }

  /** Hands over what it can, up to a quantum. */
  turn(quantum: Quantum = this.transport.traits.quantum): void {
    this.#gate.set(Shut.writing, true);
    try {
      this.watchers?.turnBegins();
      this.#takeTurn(quantum);
      this.watchers?.turnEnds();
    } catch (defect) {
      this.owner.failed(defect);
    }
    this.#gate.set(Shut.writing, false);
  }

  /** Nothing happens in it once the connection has closed: then the outbox is empty. */
  #takeTurn(quantum: Quantum): void {
    const outbox = this.outbox;
    outbox.expire();
    this.backlogs?.expire();
    this.from = this.next;
    if (this.#gate.opensInTurn && !this.isEmpty) {
      if (!this.owner.receipts.opens()) this.isRefused = !this.#gate.has(Shut.window);
      else this.handOver(quantum);
      if (outbox.state === "closed") return;
      this.#notePressure(this.transport.bufferedBytes());
    }
    if (outbox.state === "closing" && this.#gate.opensInTurn && this.isEmpty) {
      outbox.signal(Event.flushed);
    }
  }

  #notePressure(bufferedBytes: number): void {
    if (bufferedBytes === 0 && !this.isRefused && !this.#gate.has(Shut.pressure)) return;
    this.owner.watchdog.note(bufferedBytes, this.isRefused);
  }
}
