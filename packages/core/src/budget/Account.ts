/**
 * What one outbox has on a budget for many: nothing while it keeps up, and all that it holds while it is behind, senders
 * that wait included. It is behind when its owner says so, when a sender waits, or when it holds more than a turn of the
 * flush hands over; until it is empty again.
 */
import { Event } from "@sluice/machines";
import type { Announcements } from "../Announcements.js";
import type { RejectReason } from "../fate.js";
import type { Flow } from "../flow/Flow.js";
import type { Lane } from "../lane/Lane.js";
import type { Ledger } from "../ledger/Ledger.js";
import type { RoomMaker } from "../line/Admission.js";
import type { Waiter } from "../line/Waiter.js";
import type { Budget } from "./Budget.js";

/** What a healthy connection may hold within a turn, in bytes: about what the flush hands over of it in one. */
const uncountedBytes = 64 * 1024;

/** Of what outbox it is the account. */
export interface AccountParts<T> {
  readonly lane: Lane<T>;
  readonly ledger: Ledger;
  readonly flow: Flow;
  readonly announcements: Announcements;
  readonly roomMaker: RoomMaker | undefined;
  readonly admission: {
    readonly length: number;
    readonly waiters: Iterable<Waiter<T>>;
    readonly volumes: { readonly waiting: { readonly bytes: number } };
    relieve(): void;
    refuseAll(reason: RejectReason): void;
  };
}

export class Account<T> {
  readonly budget: Budget<T>;
  /** That of the connection's own outbox: this one, unless it is of an outbox beside that. */
  readonly owner: Account<T>;
  /** Whether what it holds is on the budget. */
  isBehind = false;
  readonly #parts: AccountParts<T>;
  #isAsking = false;

  constructor(parts: AccountParts<T>, budget: Budget<T>, owner?: Account<T>) {
    this.#parts = parts;
    this.budget = budget;
    this.owner = owner ?? this;
    parts.lane.countsFrom = uncountedBytes;
  }

  // ── What it holds ───────────────────────────────────────────────────────────────────────────────────

  /** Messages held, those of senders that wait included. */
  get messages(): number {
    return this.#parts.lane.length + this.#parts.admission.length;
  }

  get bytes(): number {
    return this.#parts.lane.bytes + this.#parts.admission.volumes.waiting.bytes;
  }

  /** Every so many of the messages in the outbox, the oldest first. */
  visit(every: number, see: (message: T, bytes: number) => void): void {
    const { lane } = this.#parts;
    for (let at = 0; at < lane.length; at += every) see(lane.at(at) as T, lane.bytesAt(at));
  }

  /** The connection is behind: from now on what it holds counts, until it holds nothing. */
  fallBehind(): void {
    if (this.isBehind || this.messages === 0) return;
    this.#begin();
    if (this.budget.isUrgent) this.budget.enforce();
  }

  /** It holds a message more. Whether that is too much is seen to when the outbox is whole again. */
  took(message: T, bytes: number): void {
    if (this.isBehind) this.budget.hold(message, bytes);
    else this.#begin();
    if (!this.budget.isUrgent || this.#isAsking) return;
    this.#isAsking = true;
    this.#parts.announcements.add(() => {
      this.#isAsking = false;
      this.budget.enforce();
    });
  }

  /** It does not hold a message any more. */
  gave(message: T, bytes: number): void {
    if (!this.isBehind) return;
    this.budget.release(message, bytes);
    if (this.messages > 0) return;
    this.isBehind = false;
    this.#parts.lane.countsFrom = uncountedBytes;
    this.budget.left(this);
  }

  #begin(): void {
    const { lane, admission } = this.#parts;
    this.isBehind = true;
    lane.countsFrom = 0;
    this.budget.joined(this);
    this.visit(1, (message, bytes) => this.budget.hold(message, bytes));
    for (const { message, bytes } of admission.waiters) this.budget.hold(message, bytes);
  }

  // ── What it gives up ────────────────────────────────────────────────────────────────────────────────

  /** Whether its strategy lets what was taken go. If not, nothing of it may be missing between what is delivered. */
  get bearsGaps(): boolean {
    return this.#parts.lane.rule.evicts !== "nothing";
  }

  /** What its transport takes at this moment is no loss. */
  handOver(isEnough: () => boolean): void {
    const { roomMaker } = this.#parts;
    while (this.isBehind && !isEnough() && roomMaker?.makeRoom());
  }

  /** Gives up its oldest messages until that is enough; if they are not, its senders are refused. */
  shed(isEnough: () => boolean): void {
    const { lane, admission, announcements } = this.#parts;
    if (lane.isWriting) return;
    while (lane.length > 0 && !isEnough()) {
      while (lane.length > 0 && !isEnough()) this.#giveUpNext();
      admission.relieve();
      // It is as far behind as before, also with nothing but a message that has just been let in.
      if (!this.isBehind && this.messages > 0) this.#begin();
    }
    // What comes now is let in at once, unless it waits for a delay that everyone has.
    if (!isEnough()) admission.refuseAll("shed");
    announcements.announce();
  }

  /** Gives up everything: its senders are refused. */
  clear(): void {
    const { lane, admission } = this.#parts;
    while (lane.length > 0) this.#giveUpNext();
    admission.refuseAll("shed");
  }

  /** The connection is closed as a slow consumer; one that closes in order does not end as if it had. */
  evict(): void {
    const { flow, announcements } = this.#parts;
    flow.step(flow.isOpen ? Event.evict : Event.deadline);
    announcements.announce();
  }

  #giveUpNext(): void {
    this.budget.gaveUp(this.#parts.lane.lose("shed"));
  }
}
