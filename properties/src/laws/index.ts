/** Every law of one transition. */
import type { Capability } from "../System.js";
import * as books from "./books.js";
import * as fate from "./fate.js";
import type { Law } from "./Law.js";
import * as overflow from "./overflow.js";
import * as states from "./states.js";
import * as transport from "./transport.js";
import * as waiting from "./waiting.js";

export const laws: ReadonlyArray<Law> = [books, fate, overflow, states, transport, waiting].flatMap(
  (group) => Object.values(group) as ReadonlyArray<Law>,
);

/** The laws of what can do and show so much. */
export function lawsFor(capabilities: ReadonlyArray<Capability>): ReadonlyArray<Law> {
  return laws.filter(({ needs }) => needs.every((need) => capabilities.includes(need)));
}
