/** How details are printed while a part runs: a name, the median, both ends and a note. */
import type { Spread } from "./Spread.js";

/** What is printed after a figure, and how many of the measured unit make one of it. */
export interface Unit {
  readonly name: string;
  readonly scale?: number;
}

export function row(name: string, figure: Spread, unit: Unit, note = ""): void {
  const print = (value: number) => significant(value / (unit.scale ?? 1));
  const ends = `(${print(figure.min)} to ${print(figure.max)})`;
  const text = [
    name.padEnd(44),
    print(figure.median).padStart(8),
    unit.name.padEnd(8),
    ends.padEnd(20),
    note,
  ];
  console.log(`  ${text.join(" ").trimEnd()}`);
}

/** Three digits that count, and never more than three after the point. */
export function significant(value: number): string {
  const magnitude = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  const digits = Math.min(3, Math.max(0, 2 - magnitude));
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
