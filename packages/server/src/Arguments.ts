/** What may be written after `sluice serve`, read: each throws with the rule that a text breaks. */
import { duration } from "@sluice/cli";
import { InvalidArgumentError } from "commander";
import type { InspectTarget } from "./inspecting.js";

/** A port from 1 on, or the URL of a relay. */
export function inspectTarget(text: string): InspectTarget {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= 65_535) return number;
  if (/^wss?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError(
    "It must be a port from 1 to 65535, or a URL with ws:// or wss://.",
  );
}

/** One more of an option that may be repeated. */
export function another(text: string, before: ReadonlyArray<string> = []): ReadonlyArray<string> {
  return [...before, text];
}

const dayMillis = 86_400_000;

/** In milliseconds. */
export function queryTimeout(text: string): number {
  const millis = duration(text);
  if (millis <= dayMillis) return millis;
  throw new InvalidArgumentError("It must be a duration such as 500ms, 15s or 2m, up to a day.");
}
