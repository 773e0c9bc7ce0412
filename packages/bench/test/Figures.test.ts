/** The documents say what the bench has measured. */
import { expect, test } from "vitest";
import { documents, means, readDocument, withTables } from "../src/documents.js";
import { figure } from "../src/Figure.js";
import { parts } from "../src/parts.js";
import { recorded } from "../src/Recorded.js";

test.each(documents)("the tables of %s say what figures.json says", (path) => {
  const document = readDocument(path);
  expect(document).toMatch(/^<!-- figures: .+ -->$/m);
  expect(withTables(document, recorded())).toBe(document);
});

test("every table is of figures that there are, and no two have the same id", () => {
  const ids = parts.flatMap((part) => Object.keys(part.figures));
  expect(new Set(ids).size).toBe(ids.length);
  const asked = documents
    .flatMap(readDocument)
    .join("")
    .matchAll(/^<!-- figures: (.+) -->$/gm);
  const unknown = [...asked]
    .flatMap(([, text = ""]) => text.split(" "))
    .filter((name) => !ids.some((id) => means(name, id)));
  expect(unknown).toEqual([]);
});

test("a ratio is of values of the same round, and every goal is to be reached", () => {
  const rounds = { ours: [2, 9, 4], peers: { fast: [2, 3, 2], slow: [1, 1, 1] } };
  const judged = (...goals: Parameters<typeof figure>[0]["goals"] & {}) =>
    figure({ id: "x", unit: "ns", ...rounds, goals });
  expect(judged()).toMatchObject({ ours: 4, ratio: { fast: 2, slow: 4 }, target: null, met: null });
  expect(judged({ atLeast: 2, of: "fast" })).toMatchObject({ met: true, spread: { max: 3 } });
  expect(judged({ atMost: 4 }, { atLeast: 5, of: "slow" })).toMatchObject({
    target: "≤ 4 ns, ≥ 5.00 of slow",
    met: false,
  });
});
