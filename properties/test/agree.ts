/** Plays a trace on an outbox and on the model, and expects to see the same. */
import { isDeepStrictEqual } from "node:util";
import type { ConfigurationOptions } from "@sluice/core";
import {
  type Entry,
  type History,
  type MakeSystem,
  Model,
  outboxSystem,
  play,
  type Trace,
} from "@sluice/properties";
import { expect } from "vitest";

const model: MakeSystem = (given) => new Model(given);

/**
 * What can be compared: how the system is after each operation, what left it, and what its senders were told.
 * The model has no chart; and nothing says in which order senders are told that were settled together.
 */
function visible({ entries }: History): ReadonlyArray<Entry> {
  const compared = entries.filter(
    (entry) => entry.kind !== "step" && (entry.kind !== "moment" || entry.where === "operation"),
  );
  const rank = (entry: Entry) => (entry.kind === "answered" ? entry.message.id : 0);
  const parts = ["begun", "arrived", "answered", "delivered", "moment"];
  return [...compared].sort(
    (a, b) =>
      a.index - b.index || parts.indexOf(a.kind) - parts.indexOf(b.kind) || rank(a) - rank(b),
  );
}

export function agree(options: ConfigurationOptions, trace: Trace): History {
  const history = play(outboxSystem, options, trace);
  const one = visible(history);
  const other = visible(play(model, options, trace));
  for (const [place, entry] of one.entries()) {
    if (isDeepStrictEqual(entry, other[place])) continue;
    expect({ trace, ...entry }, "the outbox, against the model").toEqual({
      trace,
      ...other[place],
    });
  }
  expect(one.length).toBe(other.length);
  return history;
}
