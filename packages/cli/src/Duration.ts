/** Durations as people write them: `500ms`, `15s`, `2m`. */

const millisOfUnit = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** What can be waited for in one timer. */
const maxMillis = 2 ** 31 - 1;

/** The milliseconds of a duration; undefined when it is not one, is 0 or is too long for a timer (24 days). */
export function durationMillis(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  const millis = Math.round(Number(number) * millisOfUnit[unit as keyof typeof millisOfUnit]);
  return millis >= 1 && millis <= maxMillis ? millis : undefined;
}
