/**
 * What the operator sees while the server runs: on a terminal a table that is redrawn, elsewhere a line a
 * second with everyone who is not in state normal.
 */
import { type Screen, textTable } from "@sluice/cli";
import { lost } from "@sluice/core";
import { processMemory } from "@sluice/runtime/metrics";
import type { ConnectionBook, ConnectionReport } from "./ConnectionBook.js";
import type { Glance } from "./Glance.js";

const everyMillis = 1_000;

export class LiveTable {
  readonly #book: Pick<ConnectionBook, "glance">;
  readonly #screen: Screen;
  readonly #timer: NodeJS.Timeout;
  readonly #startMillis = performance.now();
  #isLooking = false;
  #hasStopped = false;
  #lastDelivered = 0;
  #drawnLines = 0;

  /** Shows the connections of a book once a second. */
  constructor(book: Pick<ConnectionBook, "glance">, screen: Screen) {
    this.#book = book;
    this.#screen = screen;
    this.#timer = setInterval(() => void this.#show(), everyMillis);
  }

  /** Writes a line that stays: what is redrawn goes on below it. */
  say(line: string): void {
    this.#drawnLines = 0;
    this.#screen.write(`${line}\n`);
  }

  stop(): void {
    this.#hasStopped = true;
    clearInterval(this.#timer);
  }

  async #show(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const glance = await this.#book.glance(this.#screen.rows ?? defaultRows);
    this.#isLooking = false;
    if (!this.#hasStopped) this.#draw(glance);
  }

  #draw(glance: Glance): void {
    const summary = this.#summary(glance);
    if (this.#screen.isTTY) this.#redraw([...table(glance.first), "", summary]);
    else this.#screen.write(`${[summary, ...troubles(glance)].join(" | ")}\n`);
  }

  /** `12 s: 9 connections (3 normal, 6 dropping), 21,000 messages/s, 120 MB`. */
  #summary({ count, delivered, states, gone }: Glance): string {
    const seconds = Math.round((performance.now() - this.#startMillis) / 1000);
    const all = delivered + gone.delivered;
    const rate = (all - this.#lastDelivered).toLocaleString("en");
    this.#lastDelivered = all;
    const megabytes = Math.round(processMemory().rss / 1e6);
    const parts = gone.connections > 0 ? [...states, `${gone.connections} gone`] : states;
    const shown = parts.length === 0 ? "" : ` (${parts.join(", ")})`;
    return `${seconds} s: ${count} connections${shown}, ${rate} messages/s, ${megabytes} MB`;
  }

  #redraw(lines: ReadonlyArray<string>): void {
    const { rows = defaultRows, columns = 80 } = this.#screen;
    const shown = fitted(lines, rows - 1).map((line) => line.slice(0, columns));
    const up = this.#drawnLines === 0 ? "" : `\x1b[${this.#drawnLines}A`;
    this.#drawnLines = shown.length;
    this.#screen.write(`${up}\x1b[J${shown.join("\n")}\n`);
  }
}

const defaultRows = 24;

function table(open: ReadonlyArray<ConnectionReport>): ReadonlyArray<string> {
  const rows = open.map((one) => [
    one.id,
    one.path,
    one.client || "-",
    one.state,
    percent(one.fill),
    `${Math.round(one.delayMillis)} ms`,
    one.delivered.messages,
    lost(one).messages,
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
function troubles({ worst, troubled }: Glance): ReadonlyArray<string> {
  const named = worst.map((one) => {
    const rate = one.dropRate.recent;
    const losing = rate > 0 ? `, ${percent(rate)} lost` : "";
    return `${one.client || one.id} ${one.state} ${percent(one.fill)} full${losing}`;
  });
  return troubled === worst.length ? named : [...named, `and ${troubled - worst.length} more`];
}

/** The first lines and the last two: the summary stays in sight. */
function fitted(lines: ReadonlyArray<string>, height: number): ReadonlyArray<string> {
  if (lines.length <= height) return lines;
  return [...lines.slice(0, Math.max(0, height - 2)), ...lines.slice(-2)];
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
