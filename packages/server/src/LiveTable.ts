/**
 * What the operator sees while the server runs: on a terminal a table that is redrawn, elsewhere a line a
 * second with everyone who is not in state normal.
 */
import { type Screen, textTable } from "@sluice/cli";
import { total } from "@sluice/core";
import { ladder } from "@sluice/machines";
import { processMemory } from "@sluice/runtime/metrics";
import type { ConnectionBook, ConnectionReport } from "./ConnectionBook.js";

const everyMillis = 1_000;

export class LiveTable {
  readonly #book: ConnectionBook;
  readonly #screen: Screen;
  readonly #timer: NodeJS.Timeout;
  readonly #startMillis = performance.now();
  #lastDelivered = 0;
  #drawnLines = 0;

  /** Shows the connections of a book once a second. */
  constructor(book: ConnectionBook, screen: Screen) {
    this.#book = book;
    this.#screen = screen;
    this.#timer = setInterval(() => this.#show(), everyMillis);
  }

  /** Writes a line that stays: what is redrawn goes on below it. */
  say(line: string): void {
    this.#drawnLines = 0;
    this.#screen.write(`${line}\n`);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #show(): void {
    const open = this.#book.open();
    const summary = this.#summary(open);
    if (this.#screen.isTTY) this.#redraw([...table(open), "", summary]);
    else this.#screen.write(`${[summary, ...troubles(open)].join(" | ")}\n`);
  }

  /** `12 s: 9 connections (3 normal, 6 dropping), 21,000 messages/s, 120 MB`. */
  #summary(open: ReadonlyArray<ConnectionReport>): string {
    const seconds = Math.round((performance.now() - this.#startMillis) / 1000);
    const byState = [...ladder, "closing"]
      .map((state) => ({ state, count: open.filter((one) => one.state === state).length }))
      .filter(({ count }) => count > 0)
      .map(({ state, count }) => `${count} ${state}`);
    const closed = Object.values(this.#book.closedTotals);
    const gone = closed.reduce((sum, one) => sum + one.connections, 0);
    const delivered = [...open, ...closed].reduce((sum, one) => sum + one.delivered.messages, 0);
    const rate = (delivered - this.#lastDelivered).toLocaleString("en");
    this.#lastDelivered = delivered;
    const megabytes = Math.round(processMemory().rss / 1e6);
    if (gone > 0) byState.push(`${gone} gone`);
    const states = byState.length === 0 ? "" : ` (${byState.join(", ")})`;
    return `${seconds} s: ${open.length} connections${states}, ${rate} messages/s, ${megabytes} MB`;
  }

  #redraw(lines: ReadonlyArray<string>): void {
    const { rows = 24, columns = 80 } = this.#screen;
    const shown = fitted(lines, rows - 1).map((line) => line.slice(0, columns));
    const up = this.#drawnLines === 0 ? "" : `\x1b[${this.#drawnLines}A`;
    this.#drawnLines = shown.length;
    this.#screen.write(`${up}\x1b[J${shown.join("\n")}\n`);
  }
}

function table(open: ReadonlyArray<ConnectionReport>): ReadonlyArray<string> {
  const rows = open.map((one) => [
    one.id,
    one.path,
    one.client || "-",
    one.state,
    percent(one.fill),
    `${Math.round(one.delayMillis)} ms`,
    one.delivered.messages,
    lost(one),
    percent(one.dropRate.recent),
    one.health,
    one.recommendation.action === "ok"
      ? "ok"
      : `${one.recommendation.action}: ${one.recommendation.reason}`,
  ]);
  return textTable(header, rows);
}

const header = [
  "id",
  "path",
  "client",
  "state",
  "fill",
  "delay",
  "sent",
  "dropped",
  "drop rate",
  "health",
  "recommendation",
];

/** Those in trouble, the worst first: `feed-slow dropping 100 % full, 81 % lost`. */
function troubles(open: ReadonlyArray<ConnectionReport>): ReadonlyArray<string> {
  const worst = open
    .filter((one) => one.state !== "normal")
    .sort((a, b) => b.dropRate.recent - a.dropRate.recent || b.fill - a.fill)
    .map((one) => {
      const rate = one.dropRate.recent;
      const losing = rate > 0 ? `, ${percent(rate)} lost` : "";
      return `${one.client || one.id} ${one.state} ${percent(one.fill)} full${losing}`;
    });
  if (worst.length <= maxTroubles) return worst;
  return [...worst.slice(0, maxTroubles), `and ${worst.length - maxTroubles} more`];
}

const maxTroubles = 8;

/** The first lines and the last two: the summary stays in sight. */
function fitted(lines: ReadonlyArray<string>, height: number): ReadonlyArray<string> {
  if (lines.length <= height) return lines;
  return [...lines.slice(0, Math.max(0, height - 2)), ...lines.slice(-2)];
}

function lost(one: ConnectionReport): number {
  return total(one.dropped).messages + total(one.rejected).messages;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
