/**
 * The rows that the documents show: `rows.json`, which is committed. Each says where and when it was found, so that some
 * faults can be done again without the others.
 */
import { readFileSync, writeFileSync } from "node:fs";
import type { Circumstances } from "@sluice/bench/kit";
import { faults } from "./faults.js";
import type { Row } from "./Row.js";

export type Recorded = Row & Circumstances;

const file = new URL("../rows.json", import.meta.url);

export function recorded(): ReadonlyArray<Recorded> {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Rows take the place of those of the same faults. Faults that there are no more go. */
export function record(rows: ReadonlyArray<Recorded>): void {
  const anew = new Set(rows.map(({ fault }) => fault));
  const kept = recorded().filter(({ fault }) => !anew.has(fault));
  const all = [...kept, ...rows];
  const inOrder = faults.flatMap(({ name }) => all.filter(({ fault }) => fault === name));
  writeFileSync(file, jsonOf(inOrder));
}

export function jsonOf(rows: ReadonlyArray<Recorded>): string {
  return `${JSON.stringify(rows, null, 2)}\n`;
}
