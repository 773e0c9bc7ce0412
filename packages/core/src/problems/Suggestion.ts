/** What somebody meant who misspelt a name: the known name that is nearest to theirs, if one is near. */
import { closest, distance } from "fastest-levenshtein";

/** More letters than this are another word. */
const maxDistance = 3;

/**
 * ` (did you mean maxMessages?)` for `maxMesages`; empty when nothing is near.
 *
 * Case, `_`, `-` and the unit at the end count for nothing: `max_messages`, `MAXMESSAGES` and `maxDelay` are near.
 */
export function didYouMean(name: string, known: ReadonlyArray<string>): string {
  const words = new Map(known.map((one) => [wordOf(one), one]));
  const word = wordOf(name);
  if (word === "" || words.size === 0) return "";
  const nearest = closest(word, [...words.keys()]);
  const away = distance(word, nearest);
  const length = Math.max(word.length, nearest.length);
  return away <= maxDistance && away < length / 2 ? ` (did you mean ${words.get(nearest)}?)` : "";
}

function wordOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[_\-\s]/g, "")
    .replace(/(millis|milliseconds|seconds|ms)$/, "");
}
