/** The documents say what the campaign has found. */
import { expect, test } from "vitest";
import { documents, readDocument, withTables } from "../src/documents.js";
import { faults } from "../src/faults.js";
import { recorded } from "../src/Recorded.js";

test.each(documents)("the tables of %s say what rows.json says", (path) => {
  const document = readDocument(path);
  expect(document).toMatch(/^<!-- campaign: (all|verdicts) -->$/m);
  expect(withTables(document, recorded())).toBe(document);
});

test("every fault has its rows, none of them is bad, and no two faults have the same name", () => {
  const names = faults.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect([...new Set(recorded().map(({ fault }) => fault))]).toEqual(names);
  expect(recorded().filter(({ problems }) => problems.length > 0)).toEqual([]);
});
