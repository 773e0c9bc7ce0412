/** Figures as a table of text. */
import { textTable } from "@sluice/properties/text";
import type { Figure } from "./Figure.js";
import { significant } from "./Report.js";

export function figureTable(figures: ReadonlyArray<Figure>): ReadonlyArray<string> {
  const head = ["figure", "ours", "against", "target", "", "spread", "rounds"];
  return textTable(head, figures.map(row));
}

function row(figure: Figure) {
  const { id, target, runs } = figure;
  return [id, amount(figure), against(figure), target ?? "", verdict(figure), ends(figure), runs];
}

/** Ours, with its unit. */
export function amount({ ours, unit }: Figure): string {
  return `${significant(ours)} ${unit}`;
}

/** The ratio to each peer. */
export function against({ ratio }: Figure): string {
  const parts = Object.entries(ratio).map(([peer, value]) => `${inDigits(value)} of ${peer}`);
  return parts.join(", ");
}

/** Of what is judged, else of ours. */
export function ends({ spread }: Figure): string {
  return `${significant(spread.min)} to ${significant(spread.max)}`;
}

/** Two behind the point, or two that count. */
function inDigits(value: number): string {
  return value >= 10 ? value.toFixed(1) : value >= 0.1 ? value.toFixed(2) : value.toPrecision(1);
}

/** Empty for what is only reported. */
export function verdict({ met }: Figure): string {
  return met === null ? "" : met ? "met" : "NOT MET";
}
