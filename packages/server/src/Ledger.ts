/**
 * The account of every connection: what was offered, what became of it, what its client acknowledged by answering
 * pings, and what it says it received.
 *
 * It balances when every message and byte that was offered has exactly one fate, and when a client of our own
 * received exactly what was delivered, in order. A client that was evicted and then read nothing more until its
 * socket was taken away has received less: what was delivered to it ended in the network, on its way. But nobody has
 * received less than was acknowledged.
 */

import { textTable } from "@sluice/cli";
import { lost, type Volume } from "@sluice/core";
import {
  type Accounts,
  balances,
  type ClosedReport,
  type ConnectionReport,
} from "./ConnectionBook.js";
import type { Receipt } from "./clients/DemoClient.js";

export interface Ledger {
  readonly lines: ReadonlyArray<string>;
  readonly balances: boolean;
}

/** Draws up the ledger of a server that has stopped. `receipts` are those of its own clients, by name. */
export function ledger(book: Accounts, receipts: ReadonlyMap<string, Receipt> | undefined): Ledger {
  const accounts = [...book.closed(), ...book.open()]
    .sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }))
    .map((report) => ({ report, receipt: receipts?.get(report.client) }));
  const problems = accounts.map(({ report, receipt }) =>
    problemsOf(report, receipt, receipts !== undefined),
  );
  const rows = accounts.map(({ report, receipt }, index) => [
    report.id,
    report.path,
    report.client || "-",
    report.policy,
    report.offered.messages,
    report.delivered.messages,
    report.receipts.acknowledged.messages,
    receipt?.messages ?? "-",
    reasons(report.dropped),
    reasons(report.rejected),
    `${(report.pausedMillis / 1000).toFixed(1)} s`,
    problems[index]?.length === 0 ? (isCutOff(report, receipt) ? "OK, cut off" : "OK") : "BAD",
  ]);
  const { forgotten, forgottenUnbalanced, unknown = [] } = book;
  const bad = problems.filter((some) => some.length > 0).length + forgottenUnbalanced;
  return {
    balances: bad === 0 && unknown.length === 0,
    lines: [
      ...textTable(header, rows),
      "acknowledged: what was known to be received when the connection closed",
      ...(forgotten > 0 ? [`and ${forgotten} earlier ones, ${forgottenUnbalanced} BAD`] : []),
      ...problems.flat(),
      ...unknown,
      bad === 0
        ? `every connection balances (${accounts.length + forgotten})`
        : `${bad} of ${accounts.length + forgotten} connections do not balance`,
    ],
  };
}

const header = [
  "id",
  "path",
  "client",
  "policy",
  "offered",
  "delivered",
  "acknowledged",
  "received",
  "dropped",
  "rejected",
  "paused",
  "balance",
];

function problemsOf(
  report: ConnectionReport,
  receipt: Receipt | undefined,
  hasReceipts: boolean,
): ReadonlyArray<string> {
  const { id, client, delivered } = report;
  const { acknowledged } = report.receipts;
  const problems: Array<string> = [];
  if (!balances(report)) problems.push("offered is not the sum of its fates");
  if (!isWithin(acknowledged, delivered)) {
    problems.push(`delivered ${show(delivered)}, but ${show(acknowledged)} are acknowledged`);
  }
  if (receipt === undefined) {
    // Someone else's client may come and go; our own bring a receipt.
    if (hasReceipts && client !== "") problems.push(`${client} brought no receipt`);
    return problems.map((problem) => `${id}: ${problem}`);
  }
  const isComplete = receipt.messages === delivered.messages && receipt.bytes === delivered.bytes;
  if (!isComplete && !(isCutOff(report, receipt) && isWithin(receipt, delivered))) {
    problems.push(`delivered ${show(delivered)}, but ${client} received ${show(receipt)}`);
  }
  if (!isWithin(acknowledged, receipt)) {
    problems.push(`acknowledged ${show(acknowledged)}, but ${client} received ${show(receipt)}`);
  }
  if (receipt.faults > 0) problems.push(`${receipt.faults} messages were lost or out of order`);
  const counted = lost(report).messages;
  if (receipt.missing > counted) {
    problems.push(
      `${receipt.missing} messages are missing, and only ${counted} were counted as lost`,
    );
  }
  return problems.map((problem) => `${id}: ${problem} (close code ${receipt.code})`);
}

/** Whether it was evicted, and its socket ended without the close that it would have read. */
function isCutOff(report: ConnectionReport | ClosedReport, receipt: Receipt | undefined): boolean {
  return receipt?.code === 1006 && "closed" in report && report.closed.by === "eviction";
}

/** `evicted 12, closed 3`, or `0`. */
function reasons(volumes: Readonly<Record<string, Volume>>): string {
  const some = Object.entries(volumes).filter(([, { messages }]) => messages > 0);
  if (some.length === 0) return "0";
  return some
    .map(([reason, { messages }]) => `${reason} ${messages.toLocaleString("en")}`)
    .join(", ");
}

function isWithin(part: Volume, whole: Volume): boolean {
  return part.messages <= whole.messages && part.bytes <= whole.bytes;
}

function show({ messages, bytes }: Volume): string {
  return `${messages} messages of ${bytes} bytes`;
}
