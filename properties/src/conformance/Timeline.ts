/** A breach as a numbered timeline, for a person; with what it takes to replay it. */
import type { Statistics } from "@sluice/core";
import { total } from "@sluice/core";
import Table from "cli-table3";
import { type Breach, placeOf } from "../Breach.js";
import { byOperation, type Entry } from "../History.js";
import { describe } from "../Operation.js";
import { type Check, title } from "../Rule.js";
import type { Regression } from "./Regression.js";

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
    ...table(history.trace.map(describe), byOperation(history), entry?.index),
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

function table(
  operations: ReadonlyArray<string>,
  entries: ReadonlyMap<number, ReadonlyArray<Entry>>,
  broken: number | undefined,
): ReadonlyArray<string> {
  const none = Object.fromEntries(borders.map((name) => [name, ""]));
  const drawn = new Table({
    head: columns,
    chars: { ...none, middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  for (const [index, group] of entries) {
    const moment = group.findLast((entry) => entry.kind === "moment");
    const last = group.at(-1);
    drawn.push([
      index === broken ? ">" : "",
      `${index}`,
      last === undefined ? "" : `${round(last.millis)} ms`,
      operations[index] ?? "",
      becameOf(group),
      ...(moment === undefined ? [] : numbers(moment.stats)),
    ]);
  }
  return drawn
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}

const borders = [
  "top",
  "top-mid",
  "top-left",
  "top-right",
  "bottom",
  "bottom-mid",
  "bottom-left",
  "bottom-right",
  "left",
  "left-mid",
  "mid",
  "mid-mid",
  "right",
  "right-mid",
];

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
