/** A breach as a numbered timeline, for a person; with what it takes to replay it. */
import type { Statistics } from "@sluice/core";
import { total } from "@sluice/core";
import { type Breach, placeOf } from "../Breach.js";
import { byOperation, type Entry } from "../History.js";
import { describe } from "../Operation.js";
import { type Check, title } from "../Rule.js";
import type { Regression } from "./Regression.js";
import { textTable } from "./TextTable.js";

/** The whole story of a breach. */
export function timeline(
  subject: string,
  check: Check,
  breach: Breach,
  regression: Regression,
): string {
  const { history, entry, expected, found } = breach;
  const where = entry === undefined ? "at the end" : `at ${placeOf(entry)}`;
  return [
    `${title(check)}`,
    `${subject} breaks it ${where}:`,
    `  expected  ${expected}`,
    `  found     ${found}`,
    `configuration ${JSON.stringify(regression.configuration)}`,
    ...textTable(columns, rows(history.trace.map(describe), byOperation(history), entry?.index)),
    "to replay it:",
    `  await replay(subject, ${JSON.stringify(regression)});`,
  ].join("\n");
}

const columns = [
  "",
  "#",
  "time",
  "operation",
  "what came of it",
  "state",
  "fill",
  "delay",
  "offered",
  "delivered",
  "dropped",
  "rejected",
  "buffered",
  "waiting",
];

function rows(
  operations: ReadonlyArray<string>,
  entries: ReadonlyMap<number, ReadonlyArray<Entry>>,
  broken: number | undefined,
): ReadonlyArray<ReadonlyArray<string>> {
  return Array.from(entries, ([index, group]) => {
    const moment = group.findLast((entry) => entry.kind === "moment");
    const last = group.at(-1);
    return [
      index === broken ? ">" : "",
      `${index}`,
      last === undefined ? "" : `${round(last.millis)} ms`,
      operations[index] ?? "",
      becameOf(group),
      ...(moment === undefined ? [] : numbers(moment.stats)),
    ];
  });
}

function numbers(stats: Statistics): ReadonlyArray<string> {
  const { state, fill, delayMillis, offered, delivered, dropped, rejected } = stats;
  return [
    state,
    `${Math.round(fill * 100)} %`,
    `${round(delayMillis)} ms`,
    `${offered.messages}`,
    `${delivered.messages}`,
    `${total(dropped).messages}`,
    `${total(rejected).messages}`,
    `${stats.buffered.messages}`,
    `${stats.waiting.messages}`,
  ];
}

/** What became of messages in an operation: `3 taken, 0 delivered`. */
function becameOf(group: ReadonlyArray<Entry>): string {
  const said = group.flatMap((entry) => {
    if (entry.kind === "delivered") return [`${entry.message.id} delivered`];
    if (entry.kind !== "answered") return [];
    const { message, result } = entry;
    if (result._tag === "Rejected") return [`${message.id} ${result.reason}`];
    return [`${message.id} taken${result.evicted > 0 ? `, ${result.evicted} evicted` : ""}`];
  });
  const most = 6;
  return said.length <= most
    ? said.join("; ")
    : `${said.slice(0, most).join("; ")}; and ${said.length - most} more`;
}

const round = (number: number) => Math.round(number * 1e3) / 1e3;
