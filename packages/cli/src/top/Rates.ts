/** Connections with their rates: what has changed since the answer before, by the second. */
import { total } from "@sluice/core";
import type { RemoteConnection } from "./RemoteConnection.js";

export interface Rated extends RemoteConnection {
  /** Messages dropped and rejected since the connection began, but for those that a newer one of their key stands for. */
  readonly lost: number;
  readonly deliveredPerSecond: number;
  readonly deliveredBytesPerSecond: number;
  readonly lostPerSecond: number;
}

/** What was known of a connection the last time. */
interface Counted {
  readonly messages: number;
  readonly bytes: number;
  readonly lost: number;
}

export class Rates {
  #before: ReadonlyMap<string, Counted> = new Map();
  #beforeMillis = 0;

  /** A connection that was not there before has rate 0: when it came is not known. */
  rate(connections: ReadonlyArray<RemoteConnection>, nowMillis: number): ReadonlyArray<Rated> {
    const seconds = Math.max(0.001, (nowMillis - this.#beforeMillis) / 1000);
    const counts = new Map<string, Counted>();
    const rated = connections.map((connection) => {
      const { messages, bytes } = connection.delivered;
      const now = { messages, bytes, lost: lostOf(connection) };
      counts.set(connection.id, now);
      const before = this.#before.get(connection.id) ?? now;
      // Counts that have fallen are those of another connection: the server was started anew.
      const perSecond = (count: keyof Counted) => Math.max(0, now[count] - before[count]) / seconds;
      return {
        ...connection,
        lost: now.lost,
        deliveredPerSecond: perSecond("messages"),
        deliveredBytesPerSecond: perSecond("bytes"),
        lostPerSecond: perSecond("lost"),
      };
    });
    this.#before = counts;
    this.#beforeMillis = nowMillis;
    return rated;
  }

  /** The server was away: what it counted before says nothing about now. */
  forget(): void {
    this.#before = new Map();
  }
}

function lostOf({ dropped, rejected }: RemoteConnection): number {
  const { conflated, ...others } = dropped;
  return total(others).messages + total(rejected).messages;
}
