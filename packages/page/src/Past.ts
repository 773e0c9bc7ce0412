/**
 * What a page that is opened now could not have seen: the server's last ten minutes, and who has left lately.
 *
 * It is kept whether somebody looks or not, and costs little: one listener for each connection, Node's own timing
 * of the event loop, and every 5 seconds the statistics of at most 1,000 connections (some 5 ms, a thousandth of a
 * core); of a server with more than that only memory and event loop are noted while nobody looks.
 */
import { lost } from "@sluice/core";
import type { CloseInfo } from "@sluice/runtime";
import { Totals } from "@sluice/runtime/metrics";
import type { UwsConnection } from "@sluice/uws";
import { copyOf, inBrief, type Routes } from "./Census.js";
import type { Totals as Brief, Departure, PastPoint } from "./Protocol.js";
import { VitalSigns } from "./Vitals.js";

export const everyMillis = 5_000;
const maxPoints = 120;
const maxCounted = 1_000;
export const maxDepartures = 50;

export class Past {
  readonly #routes: Routes;
  readonly #nameOf: (connection: UwsConnection) => string;
  readonly #points: Array<PastPoint> = [];
  readonly #departures: Array<Departure> = [];
  readonly #vitals = new VitalSigns();
  /** The sums of those who have left. */
  readonly #gone = new Totals();
  #before: { readonly atMillis: number; readonly sum: Brief } | undefined;
  #changes = 0;
  #stops: ReadonlyArray<() => void> = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(routes: Routes, nameOf: (connection: UwsConnection) => string) {
    this.#routes = routes;
    this.#nameOf = nameOf;
  }

  /** Begins to keep; it holds no process alive. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#stops = Object.entries(this.#routes).map(([route, { connections }]) =>
      connections.follow((connection) =>
        connection.onClosed((info) => this.#left(route, connection, info)),
      ),
    );
    this.#vitals.start();
    this.#timer = setInterval(() => this.#look(), everyMillis).unref();
    this.#look();
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#vitals.stop();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  get points(): ReadonlyArray<PastPoint> {
    return this.#points;
  }

  /** The latest first. */
  get departures(): ReadonlyArray<Departure> {
    return this.#departures;
  }

  /** Another number whenever somebody has left. */
  get changes(): number {
    return this.#changes;
  }

  #left(route: string, connection: UwsConnection, { code, reason, by }: CloseInfo): void {
    const statistics = connection.stats();
    this.#gone.add(statistics);
    const { id } = connection;
    const client = this.#nameOf(connection);
    const atEpochMillis = Date.now();
    this.#departures.unshift({
      id,
      route,
      client,
      atEpochMillis,
      code,
      reason,
      by,
      lost: lost(statistics).messages,
    });
    this.#departures.length = Math.min(this.#departures.length, maxDepartures);
    this.#changes++;
  }

  #look(): void {
    const atMillis = Math.round(performance.now());
    const sum = this.#sum();
    const before = this.#before;
    const { rssBytes, loopDelayMillis } = this.#vitals.take();
    const grown = (read: (of: Brief) => number) =>
      sum === undefined || before === undefined
        ? null
        : Math.max(0, ((read(sum) - read(before.sum)) * 1000) / (atMillis - before.atMillis));
    this.#points.push({
      atMillis,
      offeredPerSecond: grown(({ offered }) => offered),
      deliveredPerSecond: grown(({ delivered }) => delivered),
      lostPerSecond: grown(({ lost }) => lost),
      rssBytes,
      bufferedBytes: sum?.bufferedBytes ?? null,
      // When it begins, the event loop has not come round once.
      loopDelayMillis: this.#points.length > 0 ? loopDelayMillis : null,
    });
    if (this.#points.length > maxPoints) this.#points.shift();
    this.#before = sum && { atMillis, sum };
  }

  #sum(): Brief | undefined {
    const registries = Object.values(this.#routes).map(({ connections }) => connections);
    if (registries.reduce((size, one) => size + one.size, 0) > maxCounted) return undefined;
    const sum = copyOf(this.#gone);
    for (const registry of registries) for (const one of registry) sum.add(one.stats());
    return inBrief(sum);
  }
}
