/** The columns of the table: what each is called, and what is in its cells. */
import { html, type TemplateResult } from "lit-html";
import type { ColumnName } from "./Order.js";
import type { Row } from "./Row.js";
import { age, bytes, compact, percent, rate, wait } from "./Wording.js";

export interface Column {
  readonly name: ColumnName;
  readonly title: string;
  /** Explains the title. */
  readonly hint: string;
  readonly isNumber?: true;
  readonly cell: (row: Row) => TemplateResult | string;
}

export const columns: ReadonlyArray<Column> = [
  { name: "connection", title: "Connection", hint: "in order of arrival", cell: ({ id }) => id },
  {
    name: "client",
    title: "Client",
    hint: "as it calls itself",
    cell: ({ id, reading }) => html`<span title=${reading.client}>${reading.client || id}</span>`,
  },
  {
    name: "route",
    title: "Route",
    hint: "where it is connected",
    cell: (row) => row.reading.route,
  },
  {
    name: "strategy",
    title: "Strategy",
    hint: "what happens to a message that finds no room",
    cell: (row) => row.reading.strategy,
  },
  { name: "state", title: "State", hint: "in the chart", cell: (row) => mark(row.reading.state) },
  {
    name: "health",
    title: "Health",
    hint: "by its recent losses",
    cell: (row) => mark(row.reading.health),
  },
  { name: "fill", title: "Fill", hint: "of its outbox", cell: fillBar },
  {
    name: "delay",
    title: "Delay",
    hint: "what a sender that comes now waits at the most",
    isNumber: true,
    cell: ({ reading }) => (reading.delayMillis > 0 ? wait(reading.delayMillis) : ""),
  },
  {
    name: "flight",
    title: "In flight",
    hint: "sent, and not known to have been received",
    isNumber: true,
    cell: ({ reading }) => (reading.inFlightBytes ? bytes(reading.inFlightBytes) : ""),
  },
  {
    name: "sent",
    title: "Sent",
    hint: "messages a second that its socket took",
    isNumber: true,
    cell: (row) => rate(row.deliveredPerSecond),
  },
  {
    name: "losing",
    title: "Losing",
    hint: "messages a second that were dropped or rejected",
    isNumber: true,
    cell: (row) => rate(row.lostPerSecond),
  },
  {
    name: "lost",
    title: "Lost",
    hint: "messages dropped or rejected since it came; by reason where it is opened",
    isNumber: true,
    cell: lossesOf,
  },
  {
    name: "oldest",
    title: "Oldest",
    hint: "how long the oldest message has been in its outbox: bounds from the snapshots",
    isNumber: true,
    cell: (row) => age(row.age),
  },
  {
    name: "advice",
    title: "Recommendation",
    hint: "what to do about it",
    cell: ({ reading }) =>
      html`<span title=${`${reading.advice.reason}: ${reading.advice.suggestion}`}>${reading.advice.reason}</span>`,
  },
];

/** A state or a health, with its colour. */
export function mark(name: string): TemplateResult {
  return html`<span class="mark ${name}">${name}</span>`;
}

function fillBar({ reading }: Row): TemplateResult {
  const { fill, state } = reading;
  return html`<span class="bar ${state}"><i style="width:${Math.min(100, fill * 100)}%"></i></span
    ><span class="percent">${percent(fill)}</span>`;
}

function lossesOf(row: Row): TemplateResult | string {
  if (row.lost === 0) return "";
  const text = [...row.reading.losses].map(([reason, n]) => `${reason} ${compact(n)}`).join(", ");
  return html`<span title=${text}>${compact(row.lost)}</span>`;
}
