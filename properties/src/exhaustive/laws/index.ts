/** Every rule that is checked on the edges of the outbox's spaces. */
import type { Law } from "../Law.js";
import * as books from "./books.js";
import * as fate from "./fate.js";
import * as overflow from "./overflow.js";
import * as states from "./states.js";
import * as waiting from "./waiting.js";

export const laws: ReadonlyArray<Law> = [books, fate, overflow, states, waiting].flatMap(
  (group) => Object.values(group) as ReadonlyArray<Law>,
);
