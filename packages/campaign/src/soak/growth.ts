/** Whether figures grow from round to round: those of the last third are compared with those of the first. */
import type { Sight } from "./Sight.js";

/** Rounds that can be judged: fewer have no thirds. */
export const leastRounds = 6;

/**
 * What grew, in words. The first rounds are left out, in which a program is compiled and its pools are filled: an
 * eighth of them, one at the least.
 *
 * Memory may grow by a hundredth, which a heap does without a leak. A count may not grow at all.
 */
export function growthIn(rounds: ReadonlyArray<Sight>): ReadonlyArray<string> {
  const settled = rounds.slice(Math.max(1, Math.ceil(rounds.length / 8)));
  const third = Math.max(1, Math.floor(settled.length / 3));
  return Object.keys(settled[0] ?? {}).flatMap((name) => {
    const values = settled.map((sight) => sight[name] as number);
    const before = Math.max(...values.slice(0, third));
    const after = Math.min(...values.slice(-third));
    const most = name.endsWith("Bytes") ? before * 1.01 : before;
    return after > most ? [`${name} grew from ${before} to ${after}`] : [];
  });
}

/** A line for each round under a line of names. */
export function growthTable(rounds: ReadonlyArray<Sight>): ReadonlyArray<string> {
  const names = Object.keys(rounds[0] ?? {});
  const line = (cells: ReadonlyArray<unknown>) =>
    cells.map((cell) => String(cell).padStart(14)).join("");
  return [
    line(["round", ...names]),
    ...rounds.map((sight, index) => line([index + 1, ...names.map((name) => sight[name])])),
  ];
}
