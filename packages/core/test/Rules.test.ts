import { inspect } from "node:util";
import {
  aBoolean,
  aFunction,
  ConfigurationError,
  checkOptions,
  kindOf,
  withoutUndefined,
} from "@sluice/core";
import { expect, test } from "vitest";

const rules = { on: aBoolean, act: aFunction };

test("options that hold, are absent or undefined are taken", () => {
  checkOptions({ on: true, act: () => {} }, "a thing", rules);
  checkOptions({ on: undefined }, "a thing", rules);
  checkOptions({}, "a thing", rules);
});

test("every problem is named, with its value and its rule", () => {
  expect(() => checkOptions({ on: 1, act: "x", acts: 2, toString: 3 }, "a thing", rules)).toThrow(
    [
      "on (1) must be true or false",
      'act ("x") must be a function',
      "acts (2) is not an option of a thing (did you mean act?)",
      "toString (3) is not an option of a thing",
    ].join("\n"),
  );
  expect(() => checkOptions(new Date(0), "a thing", rules)).toThrow(
    /^options of a thing \(.*\) must be a plain object, not a Date$/,
  );
});

test("a value is called by its kind", () => {
  expect([[], new Map(), "x", 5, null, () => {}, Object.create(null)].map(kindOf)).toEqual([
    "an Array",
    "a Map",
    '"x"',
    "5",
    "null",
    "a function",
    "an object",
  ]);
});

test("what is undefined is left out, and null is not", () => {
  const kept = withoutUndefined({ a: undefined, b: null, c: 0 });
  expect(Object.entries(kept)).toEqual([
    ["b", null],
    ["c", 0],
  ]);
});

test("an error prints its message and where it was made", () => {
  const error = new ConfigurationError({ problems: [{ field: "a", value: 1, rule: "must be 2" }] });
  expect(inspect(error)).toMatch(/^ConfigurationError: a \(1\) must be 2\n +at /);
});
