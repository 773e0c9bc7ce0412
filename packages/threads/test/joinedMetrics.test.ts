import { expect, test } from "vitest";
import { joinedMetrics } from "../src/joinedMetrics.js";

test("each series has its thread, and what is of the process is there once", () => {
  const text = (count: number) =>
    [
      "# HELP teas_total Cups.",
      "# TYPE teas_total counter",
      `teas_total{kind="green"} ${count}`,
      `teas_total ${count}`,
      "# HELP process_cpu_seconds_total Time.",
      "# TYPE process_cpu_seconds_total counter",
      "process_cpu_seconds_total 7",
      "",
    ].join("\n");
  expect(
    joinedMetrics([
      { thread: 0, text: text(1) },
      { thread: 1, text: text(2) },
    ]).split("\n"),
  ).toEqual([
    "# HELP teas_total Cups.",
    "# TYPE teas_total counter",
    'teas_total{kind="green",thread="0"} 1',
    'teas_total{thread="0"} 1',
    'teas_total{kind="green",thread="1"} 2',
    'teas_total{thread="1"} 2',
    "# HELP process_cpu_seconds_total Time.",
    "# TYPE process_cpu_seconds_total counter",
    "process_cpu_seconds_total 7",
    "",
  ]);
});
