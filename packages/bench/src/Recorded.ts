/**
 * The figures that the documents show: `figures.json`, which is committed. Each says what it is and where and when it was
 * measured, so that some can be measured again without the others.
 */
import { readFileSync, writeFileSync } from "node:fs";
import type { Figure } from "./Figure.js";
import type { Circumstances } from "./machine.js";

export interface Recorded extends Figure, Circumstances {
  /** In the words that the documents show. */
  readonly what: string;
}

const file = new URL("../figures.json", import.meta.url);

export function recorded(): ReadonlyArray<Recorded> {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Figures take the place of those with the same id. Only these ids stay, in this order. */
export function record(figures: ReadonlyArray<Recorded>, ids: ReadonlyArray<string>): void {
  const byId = new Map([...recorded(), ...figures].map((figure) => [figure.id, figure]));
  const kept = ids.flatMap((id) => byId.get(id) ?? []);
  writeFileSync(file, jsonOf(kept));
}

export function jsonOf(figures: ReadonlyArray<Recorded>): string {
  return `${JSON.stringify(figures, null, 2)}\n`;
}
