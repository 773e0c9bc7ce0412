/**
 * Who has not been heard of for too long. A timer of a socket's own cannot tell a client that is gone from one that
 * still reads what it was sent, because its pong waits behind megabytes of data.
 *
 * It is looked at once a second, for everyone. The time for which the server itself stood still does not count.
 */

/** A kernel holds some 6 MB for a client: to read that takes a minute at 100 KB/s. */
export const readingMillis = 60_000;

/** What is known of a client. */
export interface Quiet {
  /** When it was heard of last, by {@link Idleness.nowMillis}. */
  heardMillis: number;
  /** Whether it has been asked since then. */
  isAsked: boolean;
}

/** What an idle timeout says should be done about a client. */
export type Verdict = "nothing" | "ask" | "close";

/** Between two looks, in milliseconds. */
const lookMillis = 1_000;

export class Idleness {
  /** Time, in whole milliseconds, as the looks have counted it: a client holds it without a box. */
  nowMillis = 0;
  #lookedMillis: number | undefined;

  /** A look begins: `clockMillis` is what the clock says. */
  look(clockMillis: number): void {
    const passed = clockMillis - (this.#lookedMillis ?? clockMillis);
    this.#lookedMillis = clockMillis;
    this.nowMillis += Math.round(Math.min(Math.max(0, passed), 2 * lookMillis));
  }

  /** A client has been heard of. */
  heard(client: Quiet): void {
    client.heardMillis = this.nowMillis;
    client.isAsked = false;
  }

  /**
   * About a client after a look. `isOwed` says that it has something to read: then it is slow, which is a matter of its
   * outbox, and is given a minute more.
   */
  judge(client: Quiet, idleTimeoutMillis: number, isOwed: boolean): Verdict {
    if (idleTimeoutMillis === 0) return "nothing";
    const silentMillis = this.nowMillis - client.heardMillis;
    const limitMillis = idleTimeoutMillis + (isOwed ? readingMillis : 0);
    if (silentMillis > limitMillis) return "close";
    const margin = Math.min(16_000, idleTimeoutMillis / 2);
    if (client.isAsked || silentMillis < idleTimeoutMillis - margin) return "nothing";
    client.isAsked = true;
    return "ask";
  }
}
