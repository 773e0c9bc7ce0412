/** What `sluice top` shows, as lines of text: the table for a terminal, one line for anything else. */
import { type TextCell, textTable } from "@sluice/properties/text";
import type { Rated } from "./Rates.js";
import { roundTripMillis } from "./RemoteConnection.js";
import type { RemoteEvictions } from "./RemoteEviction.js";

const header = (hasLabels: boolean) => [
  "id",
  "path",
  "client",
  ...(hasLabels ? ["label"] : []),
  "state",
  "health",
  "fill",
  "delay",
  "in flight",
  "round trip",
  "sent/s",
  "KB/s",
  "lost/s",
  "lost",
  "by reason",
  "recommendation",
];

/** The table, in the order that is given, with a column of labels if any connection has one. */
export function topTable(connections: ReadonlyArray<Rated>): ReadonlyArray<string> {
  const hasLabels = connections.some(({ label }) => Boolean(label));
  const rows = connections.map(
    (one): ReadonlyArray<TextCell> => [
      printable(one.id),
      printable(one.path),
      printable(one.client) || "-",
      ...(hasLabels ? [printable(one.label ?? "") || "-"] : []),
      printable(one.state),
      printable(one.health),
      percent(one.fill),
      `${Math.round(one.delayMillis)} ms`,
      inFlight(one),
      roundTrip(one),
      Math.round(one.deliveredPerSecond),
      Math.round(one.deliveredBytesPerSecond / 1000),
      Math.round(one.lostPerSecond),
      one.lost,
      printable(reasons(one)) || "-",
      printable(recommendation(one)),
    ],
  );
  return textTable(header(hasLabels), rows);
}

/** `9 connections (3 normal, 6 dropping), 21,000 messages/s, 12.1 MB/s, 300 lost/s` */
export function topSummary(connections: ReadonlyArray<Rated>): string {
  const counts = new Map<string, number>();
  for (const { state } of connections) counts.set(state, (counts.get(state) ?? 0) + 1);
  const states = Array.from(counts, ([state, count]) => `${count} ${printable(state)}`);
  const sum = (read: (one: Rated) => number) =>
    connections.reduce((all, one) => all + read(one), 0);
  const rate = (perSecond: number) => Math.round(perSecond).toLocaleString("en");
  const megabytes = (sum((one) => one.deliveredBytesPerSecond) / 1e6).toFixed(1);
  return [
    `${connections.length} connections${states.length > 0 ? ` (${states.join(", ")})` : ""}`,
    `${rate(sum((one) => one.deliveredPerSecond))} messages/s`,
    `${megabytes} MB/s`,
    `${rate(sum((one) => one.lostPerSecond))} lost/s`,
  ].join(", ");
}

/** `evicted: 9 stalled, 3 age; last c7 of /feed (slow consumer: no progress for 60 s)`, or nothing if nobody was. */
export function topEvictions(evictions: RemoteEvictions | undefined): string {
  const counts = Object.entries(evictions?.counts ?? {});
  if (counts.length === 0) return "";
  const rungs = counts
    .sort(([, a], [, b]) => b - a)
    .map(([rung, count]) => `${count.toLocaleString("en")} ${printable(rung)}`);
  const evicted = `evicted: ${rungs.join(", ")}`;
  const last = evictions?.last;
  if (last === undefined) return evicted;
  const { label, id, path, reason } = last;
  return `${evicted}; last ${printable(label ?? id)} of ${printable(path)} (${printable(reason)})`;
}

/** The first connection of an order that has trouble, in a line. */
export function topTrouble(connections: ReadonlyArray<Rated>): string {
  const first = connections.find(({ recommendation }) => recommendation.action !== "ok");
  if (first === undefined) return "nobody is slowed";
  const name = printable(first.client || first.label || first.id);
  return `${name} ${printable(first.state)} ${percent(first.fill)} full: ${printable(recommendation(first))}`;
}

/** `evicted 1,914, full 3`: what was lost, the most frequent reason first. */
function reasons(one: Rated): string {
  return [...Object.entries(one.dropped), ...Object.entries(one.rejected)]
    .filter(([, { messages }]) => messages > 0)
    .sort(([, a], [, b]) => b.messages - a.messages)
    .map(([reason, { messages }]) => `${reason} ${messages.toLocaleString("en")}`)
    .join(", ");
}

/** `62 KB`: sent, and not known to have been received; why it is not known, where it is not. */
function inFlight({ receipts }: Rated): string {
  if (receipts === undefined) return "-";
  const { inFlight, status } = receipts;
  return inFlight === null ? printable(status) : `${Math.ceil(inFlight.bytes / 1000)} KB`;
}

function roundTrip({ receipts }: Rated): string {
  const millis = roundTripMillis(receipts);
  return millis === undefined ? "-" : `${Math.round(millis)} ms`;
}

function recommendation({ recommendation: { action, reason } }: Rated): string {
  return action === "ok" ? "ok" : `${action}: ${reason}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Text from elsewhere without what would steer a terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, "?");
}
