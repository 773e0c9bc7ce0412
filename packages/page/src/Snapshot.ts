/**
 * A picture of all connections, taken in slices so that the server's own work goes on in between.
 *
 * Each connection is shown as it was at one moment: its row balances. The moments of two connections are as far apart as
 * the turns of the event loop in which they were looked at, up to all that the picture takes. The sums are those of these
 * moments and of who had left before the first: everyone is in them once, and they never fall. One that leaves meanwhile
 * is in the sums, and in no row.
 */
import { type OverflowStrategy, overflowStrategies, type Statistics } from "@sluice/core";
import { severityOf, states } from "@sluice/machines";
import type { ConnectionStatistics } from "@sluice/runtime";
import { type Totals, TurnShare } from "@sluice/runtime/metrics";
import type { UwsConnection } from "@sluice/uws";
import { inBrief, type Member } from "./Census.js";
import type { Advice, Columns, Loss, Snapshot } from "./Protocol.js";

/** Connections that are listed at the most: what a page is sent in a second stays below 2 MB. */
export const maxRows = 10_000;

type Mutable<T> = {
  -readonly [K in keyof T]: T[K] extends ReadonlyArray<infer E> ? Array<E> : T[K];
};

/** What a picture of the connections has; the rest of a snapshot is not about them. */
export type Picture = Pick<Snapshot, "counts" | "totals" | "columns" | "losses" | "advice">;

/** Takes the picture. `sum` has the totals of those who have left. */
export async function picture(
  members: ReadonlyArray<Member>,
  sum: Totals,
  nameOf: (connection: UwsConnection) => string,
): Promise<Picture> {
  const counts = states.map(() => 0);
  const columns = noColumns();
  const losses: Array<Loss> = [];
  const advice = new AdviceBook();
  const share = new TurnShare();
  for (const member of members) {
    if (share.isOver) await share.turn();
    const { route, connection } = member;
    const { statistics, recommendation } = connection.look();
    const { stateId } = connection;
    if (statistics.state !== "closed") member.observe();
    sum.add(statistics);
    counts[stateId] = (counts[stateId] as number) + 1;
    if (statistics.state === "closed" || columns.id.length === maxRows) continue;
    addLosses(losses, columns.id.length, statistics);
    columns.id.push(connection.id);
    columns.route.push(route);
    columns.client.push(nameOf(connection));
    columns.strategy.push(strategyIndex(connection.configuration.overflow));
    columns.state.push(stateId);
    columns.advice.push(advice.indexOf(recommendation));
    addNumbers(columns, statistics);
  }
  return { counts, totals: inBrief(sum), columns, losses, advice: advice.entries };
}

function addNumbers(columns: Mutable<Columns>, statistics: ConnectionStatistics): void {
  const { health, fill, delayMillis, enqueued, delivered, buffered, receipts } = statistics;
  columns.health.push(severityOf(health));
  columns.fill.push(Math.round(fill * 1000));
  columns.delayMillis.push(Math.round(delayMillis));
  columns.enqueued.push(enqueued.messages);
  columns.delivered.push(delivered.messages);
  columns.deliveredBytes.push(delivered.bytes);
  columns.buffered.push(buffered.messages);
  columns.bufferedBytes.push(buffered.bytes);
  columns.inFlightBytes.push(receipts.inFlight?.bytes ?? null);
  columns.windowBytes.push(receipts.windowBytes);
  const roundTrip = receipts.roundTripMillis?.latest;
  columns.roundTripMillis.push(roundTrip === undefined ? null : Math.round(roundTrip));
}

function addLosses(losses: Array<Loss>, row: number, { dropped, rejected }: Statistics): void {
  for (const [reason, { messages }] of Object.entries(dropped)) {
    if (messages > 0) losses.push([row, reason, messages]);
  }
  for (const [reason, { messages }] of Object.entries(rejected)) {
    if (messages > 0) losses.push([row, reason, messages]);
  }
}

/** Each recommendation once. */
class AdviceBook {
  readonly entries: Array<Advice> = [];
  readonly #indices = new Map<string, number>();

  indexOf({ action, reason, suggestion }: Advice): number {
    const key = `${action} ${reason}`;
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    const index = this.entries.push({ action, reason, suggestion }) - 1;
    this.#indices.set(key, index);
    return index;
  }
}

function strategyIndex(strategy: OverflowStrategy): number {
  return overflowStrategies.indexOf(strategy);
}

function noColumns(): Mutable<Columns> {
  return {
    id: [],
    route: [],
    client: [],
    strategy: [],
    state: [],
    health: [],
    fill: [],
    delayMillis: [],
    enqueued: [],
    delivered: [],
    deliveredBytes: [],
    buffered: [],
    bufferedBytes: [],
    inFlightBytes: [],
    windowBytes: [],
    roundTripMillis: [],
    advice: [],
  };
}
