/**
 * A server's place at a bus: what the bus knows of it, and all that is asked of the bus. What the bus throws ends here: it
 * is counted, and told at most once a second.
 *
 * A member with the strategy `block` may keep what comes by the bus waiting, for its channel has to wait with it. For
 * longer than its `blockTimeoutMillis` it may not.
 */
import type { Elapsed } from "@sluice/core";
import { attempt } from "../actor/Attempt.js";
import type { Flusher } from "../actor/Flusher.js";
import type { Frame } from "../adapter/Frame.js";
import type { Interest } from "../channels/Interest.js";
import type { PublishResult } from "../channels/PublishResult.js";
import type { Depths } from "../history/DeepPast.js";
import type { Place } from "../history/Past.js";
import type { Member } from "../hub/Member.js";
import type { Report } from "../hub/Reports.js";
import type { Bus, BusNode, BusStatistics, Room } from "./Bus.js";
import { BusError, type BusOperation } from "./BusError.js";
import { leastRoom, memberRoom } from "./memberRoom.js";

/** What of a server is its seat's. */
export interface Seated {
  readonly bus: Bus;
  readonly flusher: Flusher;
  readonly elapsed: Elapsed;
  readonly report: Report;
  /** Members of a name or a pattern. */
  membersOf(wanted: string): Iterable<Member>;
  /** Gives a message to local members. */
  give(channel: string, frame: Frame, at: Place | undefined): PublishResult;
}

export class BusSeat implements BusNode, Interest {
  /** How often the bus has failed. */
  failures = 0;
  readonly #server: Seated;
  readonly #listeners = new Set<() => void>();
  /** Those that keep a channel waiting, and since when, in milliseconds. */
  readonly #holdups = new Map<Member, number>();
  #toldMillis = Number.NEGATIVE_INFINITY;

  constructor(server: Seated) {
    this.#server = server;
    this.#ask("open", undefined, () => server.bus.open(this));
    server.flusher.everyTime = () => this.changed();
  }

  // ── What a server asks of its bus ────────────────────────────────────────────────────────────────────

  get statistics(): BusStatistics & { readonly failures: number } {
    return { ...this.#server.bus.statistics, failures: this.failures };
  }

  joined(wanted: string): void {
    this.#ask("join", wanted, () => this.#server.bus.join(wanted));
  }

  left(wanted: string): void {
    this.#ask("leave", wanted, () => this.#server.bus.leave(wanted));
    this.changed();
  }

  /** Publishes; `give` gives it to local members. */
  publish(channel: string, frame: Frame, give: () => PublishResult): PublishResult {
    const { bus } = this.#server;
    const isOrdered = this.#ask("isOrdered", channel, () => bus.isOrdered(channel)) ?? false;
    const given = isOrdered ? nobody : give();
    const stored = this.#ask("publish", channel, () => bus.publish(channel, frame));
    if (!isOrdered) return given;
    return { ...given, stored: stored ?? Promise.resolve({ _tag: "Unstored", reason: "failed" }) };
  }

  /** What the bus has of channels, besides what this node has. */
  get depths(): Depths | undefined {
    const { bus } = this.#server;
    if (bus.past === undefined) return undefined;
    return {
      has: (channel) => this.#ask("isOrdered", channel, () => bus.isOrdered(channel)) ?? false,
      past: (channel) => this.#ask("past", channel, () => bus.past?.(channel)),
    };
  }

  async close(): Promise<void> {
    await this.#ask("close", undefined, () => this.#server.bus.close())?.catch((error) => {
      this.#failed("close", undefined, error);
    });
  }

  // ── What a bus asks of its server ────────────────────────────────────────────────────────────────────

  deliver(channel: string, frame: Frame, at?: Place): void {
    this.#ask("deliver", channel, () => this.#server.give(channel, frame, at));
  }

  offer(channel: string, frame: Frame, at?: Place): boolean {
    let fits = true;
    for (const member of this.#server.membersOf(channel)) {
      const { messages, bytes } = memberRoom(member);
      if (messages > 0 && bytes >= frame.byteLength) continue;
      fits = false;
      if (!this.#holdups.has(member)) this.#holdups.set(member, this.#server.elapsed.millis());
    }
    if (fits) this.deliver(channel, frame, at);
    return fits;
  }

  room(wanted: string): Room {
    return leastRoom(this.#server.membersOf(wanted));
  }

  onRoom(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onError(error: unknown, what: string): void {
    this.#failed("run", undefined, error, what);
  }

  // ── Those that are slow ──────────────────────────────────────────────────────────────────────────────

  /** There may be more room. */
  changed(): void {
    for (const member of this.#holdups.keys()) {
      if (!member.isOpen || memberRoom(member).messages > 0) this.#holdups.delete(member);
    }
    for (const listener of this.#listeners) {
      attempt(listener, (error) => this.#failed("run", undefined, error));
    }
  }

  /** Looks at a member, about once a second. */
  look(member: Member): void {
    const since = this.#holdups.get(member);
    if (since === undefined) return;
    const heldMillis = this.#server.elapsed.millis() - since;
    if (heldMillis > member.configuration.blockTimeoutMillis) member.connection.evict();
  }

  // ── What goes wrong ──────────────────────────────────────────────────────────────────────────────────

  #ask<T>(operation: BusOperation, channel: string | undefined, ask: () => T): T | undefined {
    try {
      return ask();
    } catch (error) {
      this.#failed(operation, channel, error);
      return undefined;
    }
  }

  #failed(
    operation: BusOperation | "run",
    channel: string | undefined,
    cause: unknown,
    what = "the bus failed",
  ): void {
    this.failures++;
    const nowMillis = this.#server.elapsed.millis();
    if (nowMillis - this.#toldMillis < mostOftenMillis) return;
    this.#toldMillis = nowMillis;
    const { failures } = this;
    this.#server.report(new BusError({ operation, channel, cause, failures }), undefined, what);
  }
}

const nobody: PublishResult = { accepted: 0, rejected: 0 };
const mostOftenMillis = 1_000;
