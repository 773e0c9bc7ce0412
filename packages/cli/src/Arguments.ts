/** What may be written on the command line, read: each throws with the rule that a text breaks. */
import { InvalidArgumentError } from "commander";
import { durationMillis } from "./Duration.js";

/** In milliseconds. */
export function duration(text: string): number {
  const millis = durationMillis(text);
  if (millis !== undefined) return millis;
  throw new InvalidArgumentError("It must be a duration such as 500ms, 15s or 2m, up to 24 days.");
}

/** A whole number of this range, both ends included. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= minimum && number <= maximum) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
  };
}
