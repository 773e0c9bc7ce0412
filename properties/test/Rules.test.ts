/** The rules and their checks are one list: none without the other. */
import { fileURLToPath } from "node:url";
import { checks, exhaust, rules } from "@sluice/properties";
import { beforeAll, describe, expect, test } from "vitest";
import { faults } from "../verify/faults.js";
import { mutants } from "../verify/mutants.js";
import { rulesOf, rulesPage, testsByRule } from "../verify/RulesPage.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tests = testsByRule(root);
let exhausted: ReadonlySet<string>;

beforeAll(() => {
  exhausted = new Set(exhaust().families.flatMap(({ checks }) => Object.keys(checks)));
}, 300_000);

const numbers = new Set(rules.map(({ id }) => id));

describe("the rules", () => {
  test("are numbered upward, each once; what is still to be built leaves its numbers free", () => {
    const inOrder = rules.map(({ id }) => Number(id.slice(1)));
    expect(inOrder).toEqual([...new Set(inOrder)].sort((a, b) => a - b));
    expect(rules.every(({ id }) => /^R[1-9]\d*$/.test(id))).toBe(true);
  });

  test("each is checked", () => {
    const checked = new Set([...checks.map(({ rule }) => rule), ...exhausted, ...tests.keys()]);
    expect([...numbers].filter((id) => !checked.has(id))).toEqual([]);
  });

  test("each that must hold has a wrong implementation, or a fault, that it finds", () => {
    const found = new Set([...mutants, ...faults].map(({ rule }) => rule));
    const must = rules.filter(({ level }) => level === "must").map(({ id }) => id);
    expect(must.filter((id) => !found.has(id))).toEqual([]);
  });

  test("are what every check, test, mutant and fault is of", () => {
    const named = [
      ...checks.map(({ rule }) => rule),
      ...exhausted,
      ...tests.keys(),
      ...mutants.map(({ rule }) => rule),
      ...faults.map(({ rule }) => rule),
    ];
    expect(named.filter((id) => !numbers.has(id))).toEqual([]);
  });

  test("are what RULES.md says", async () => {
    await expect(rulesPage(tests, exhausted)).toMatchFileSnapshot("../RULES.md");
  });
});

test("numbers in a title are read as a person reads them", () => {
  expect(rulesOf("R8")).toEqual(["R8"]);
  expect(rulesOf("R1 to R3, R5")).toEqual(["R1", "R2", "R3", "R5"]);
  expect(rulesOf("R19 and R20")).toEqual(["R19", "R20"]);
});
