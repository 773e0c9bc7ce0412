/**
 * The upper rungs of the ladder for one slow client: closed because too much of what it is sent is lost, or because
 * its oldest message has waited for too long. (The rung below them, a stall, is seen by the `Watchdog`.)
 *
 * It looks once in a while and costs a message nothing. A message is never taken for older than it is: a mark is how
 * many messages had come by a look, and while fewer than that have left, one of them waits. So it is not before its
 * time that a client is closed. It is at the latest an eighth of `evictAgeMillis` and the time between two looks after
 * it, once a message of the connection's own outbox has waited that long. Pure; time is a parameter.
 */
import type { Outbox, Volume } from "@sluice/core";

/** What it looks at. */
export interface LadderView {
  readonly outbox: Pick<Outbox<unknown>, "configuration" | "departed" | "length" | "recentRates">;
  /** What waits beside that outbox. */
  readonly beside: { readonly backlogs?: { readonly held: Volume } | undefined };
}

/** So many messages had been taken at a look. */
interface Mark {
  readonly atMillis: number;
  readonly taken: number;
}

const never = Number.POSITIVE_INFINITY;

/** Marks are no closer to each other than this part of the age that is too much. */
const marksPerAge = 8;

export class Ladder {
  /** For how long at the least the oldest message had waited at the latest look; 0 when none did. */
  oldestMillis = 0;
  readonly #view: LadderView;
  /** The oldest first. */
  readonly #marks: Array<Mark> = [];
  /** Since when the oldest is too old; since when too much is lost. */
  #oldSinceMillis = never;
  #lossySinceMillis = never;

  constructor(view: LadderView) {
    this.#view = view;
  }

  /** When something may be due, if nothing changes. */
  get dueMillis(): number {
    const { evictAgeMillis, evictDropMillis, evictGraceMillis } = this.#view.outbox.configuration;
    const first = this.#marks[0]?.atMillis ?? never;
    const isOld = this.#oldSinceMillis !== never;
    const oldAt = isOld ? this.#oldSinceMillis + evictGraceMillis : first + (evictAgeMillis ?? 0);
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
    const marks = this.#marks;
    const { departed, length } = this.#view.outbox;
    const held = length + (this.#view.beside.backlogs?.held.messages ?? 0);
    while (marks[0] !== undefined && marks[0].taken <= departed) marks.shift();
    const sinceMark = nowMillis - (marks.at(-1)?.atMillis ?? -never);
    if (held > 0 && sinceMark >= mostMillis / marksPerAge) {
      marks.push({ atMillis: nowMillis, taken: departed + held });
    }
    // Of those that are too old the first says how old, and the last is there for the longest.
    while (marks[2] !== undefined && nowMillis - marks[2].atMillis >= mostMillis)
      marks.splice(1, 1);
    this.oldestMillis = nowMillis - (marks[0]?.atMillis ?? nowMillis);
    const isOld = nowMillis >= (marks[0]?.atMillis ?? never) + mostMillis;
    this.#oldSinceMillis = isOld ? Math.min(this.#oldSinceMillis, nowMillis) : never;
  }
}
