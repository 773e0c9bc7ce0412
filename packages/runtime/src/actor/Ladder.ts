/**
 * The upper rungs of the ladder for one slow client: closed because too much of what it is sent is lost, or because
 * its oldest message has waited for too long. (The rung below them, a stall, is seen by the `Watchdog`.)
 *
 * It looks once in a while and costs a message nothing. A message is never taken for older than it is: see `Marks`. So it
 * is not before its time that a client is closed. It is at the latest an eighth of `evictAgeMillis` and the time between
 * two looks after it, once a message has waited that long, of the connection's own outbox or of a channel with limits of
 * its own. Pure; time is a parameter.
 */
import type { Outbox } from "@sluice/core";
import { Marks, type Queue } from "./Marks.js";

/** What it looks at. */
export interface LadderView {
  readonly outbox: Pick<Outbox<unknown>, "configuration" | "recentRates"> & Queue;
  /** What waits beside that outbox. */
  readonly beside: { readonly backlogs?: { readonly queues: Iterable<Queue> } | undefined };
}

const never = Number.POSITIVE_INFINITY;

export class Ladder {
  /** For how long at the least the oldest message had waited at the latest look; 0 when none did. */
  oldestMillis = 0;
  readonly #view: LadderView;
  readonly #own = new Marks();
  /** Of what waits beside its own outbox: each queue has an order of its own. */
  #beside: ReadonlyMap<Queue, Marks> = none;
  /** Since when the oldest has waited, as far as that was known at the latest look. */
  #waitsSinceMillis = never;
  /** Since when the oldest is too old; since when too much is lost. */
  #oldSinceMillis = never;
  #lossySinceMillis = never;

  constructor(view: LadderView) {
    this.#view = view;
  }

  /** When something may be due, if nothing changes. */
  get dueMillis(): number {
    const { evictAgeMillis, evictDropMillis, evictGraceMillis } = this.#view.outbox.configuration;
    const isOld = this.#oldSinceMillis !== never;
    const oldAt = isOld
      ? this.#oldSinceMillis + evictGraceMillis
      : this.#waitsSinceMillis + (evictAgeMillis ?? 0);
    return Math.min(oldAt, this.#lossySinceMillis + evictDropMillis + evictGraceMillis);
  }

  /** Looks at the connection. Answers which rung has been reached, and for long enough. */
  look(nowMillis: number): "drop-rate" | "age" | undefined {
    const { evictDropRate, evictAgeMillis, evictGraceMillis } = this.#view.outbox.configuration;
    if (evictDropRate !== null) this.#lookAtLosses(nowMillis, evictDropRate);
    if (evictAgeMillis !== null) this.#lookAtAge(nowMillis, evictAgeMillis);
    const { evictDropMillis } = this.#view.outbox.configuration;
    // The sums of `dueMillis`: differences are rounded in another way, and what is due would be due again and again.
    if (nowMillis >= this.#lossySinceMillis + evictDropMillis + evictGraceMillis)
      return "drop-rate";
    return nowMillis >= this.#oldSinceMillis + evictGraceMillis ? "age" : undefined;
  }

  #lookAtLosses(nowMillis: number, most: number): void {
    const isLossy = this.#view.outbox.recentRates.lost >= most;
    this.#lossySinceMillis = isLossy ? Math.min(this.#lossySinceMillis, nowMillis) : never;
  }

  #lookAtAge(nowMillis: number, mostMillis: number): void {
    const { outbox, beside } = this.#view;
    this.#own.look(outbox, nowMillis, mostMillis);
    this.#waitsSinceMillis = this.#own.sinceMillis;
    this.#lookBeside(beside.backlogs?.queues ?? [], nowMillis, mostMillis);
    const sinceMillis = this.#waitsSinceMillis;
    this.oldestMillis = sinceMillis === never ? 0 : nowMillis - sinceMillis;
    const isOld = nowMillis >= sinceMillis + mostMillis;
    this.#oldSinceMillis = isOld ? Math.min(this.#oldSinceMillis, nowMillis) : never;
  }

  /** A queue that has been let go of is forgotten: it held nothing. */
  #lookBeside(queues: Iterable<Queue>, nowMillis: number, mostMillis: number): void {
    const before = this.#beside;
    let now: Map<Queue, Marks> | undefined;
    for (const queue of queues) {
      const marks = before.get(queue) ?? new Marks();
      marks.look(queue, nowMillis, mostMillis);
      this.#waitsSinceMillis = Math.min(this.#waitsSinceMillis, marks.sinceMillis);
      now ??= new Map();
      now.set(queue, marks);
    }
    this.#beside = now ?? none;
  }
}

const none: ReadonlyMap<Queue, Marks> = new Map();
