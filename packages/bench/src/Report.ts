/** How figures are printed: a row has a name and its spread, a target says whether it is met. */
import type { Spread } from "./Spread.js";

/** A heading. */
export function heading(text: string): void {
  console.log(`\n${text}`);
}

/** A name, the median, and the ends. `scale` is how many of the measured units make one that is printed. */
export function row(
  name: string,
  { median, min, max }: Spread,
  unit: { readonly name: string; readonly scale?: number },
): void {
  const print = (value: number) => significant(value / (unit.scale ?? 1));
  console.log(
    `  ${name.padEnd(nameWidth)} ${print(median).padStart(9)} ${unit.name.padEnd(unitWidth)} (${print(min)} to ${print(max)})`,
  );
}

/** A row that is to be above or below a figure. Answers whether it is. */
export function target(
  name: string,
  figure: Spread,
  unit: { readonly name: string; readonly scale?: number },
  goal: { readonly atLeast: number } | { readonly below: number },
): boolean {
  const { median } = figure;
  const isMet = "atLeast" in goal ? median >= goal.atLeast : median < goal.below;
  const limit = "atLeast" in goal ? goal.atLeast : goal.below;
  row(name, figure, unit);
  console.log(
    `  ${"".padEnd(nameWidth)} target ${"atLeast" in goal ? "at least" : "below"} ${significant(limit / (unit.scale ?? 1))}: ${isMet ? "met" : "MISSED"}`,
  );
  return isMet;
}

/** Three digits that count. */
export function significant(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en", {
    minimumFractionDigits: Math.min(digits, 3),
    maximumFractionDigits: Math.min(digits, 3),
  });
}

const nameWidth = 44;
const unitWidth = 12;
