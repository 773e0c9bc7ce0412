/**
 * What comes from outside, looked at before anything changes: each value by its rule, every problem at once, named with
 * its value and the rule that it breaks.
 *
 * Options are plain objects. Whatever else is given in their place, a promise, a map, a class, an array, is a mistake
 * of its caller that would be taken for "nothing set": it is refused, by name. `undefined` is absent.
 */
import { ConfigurationError } from "../configuration/ConfigurationError.js";
import type { Problem } from "./Problem.js";
import { isPlainObject, kindOf, shown } from "./Shown.js";
import { didYouMean } from "./Suggestion.js";

/** What must hold of a value, and the rule in words: `[(value) => …, "must be a function"]`. */
export type Rule = readonly [holds: (value: unknown) => boolean, rule: string];

/** A rule; one in brackets, of each item of an array; those of an object's fields; or one that the value decides on. */
export type Shape = Rule | readonly [Shape] | Shapes | ((value: unknown) => Shape);

/** The shape of each field of an object. */
export interface Shapes {
  readonly [field: string]: Shape;
}

/**
 * Checks the options of a call or a constructor, of which each may be left out.
 *
 * @throws {ConfigurationError} naming what is not a plain object, not an option, or breaks its rule.
 *
 * @example
 * ```ts
 * import { checkOptions } from "@sluice/core";
 *
 * checkOptions({ compress: true, onError: undefined }, "Sluice", {
 *   compress: [(value) => typeof value === "boolean", "must be true or false"],
 *   onError: [(value) => typeof value === "function", "must be a function"],
 * });
 * ```
 */
export function checkOptions(options: unknown, whole: string, rules: Shapes): void {
  const problems = optionProblems(options, rules, ` of ${whole}`);
  if (problems.length > 0) throw new ConfigurationError({ whole: `options of ${whole}`, problems });
}

/** The problems with options; `of` says in words whose they are. */
export function optionProblems(options: unknown, rules: Shapes, of = ""): ReadonlyArray<Problem> {
  if (!isPlainObject(options)) {
    return [{ field: "", value: options, rule: `must be a plain object, not ${kindOf(options)}` }];
  }
  return Object.entries(options).flatMap(([field, value]) => {
    if (value === undefined) return [];
    const shape = Object.hasOwn(rules, field) ? rules[field] : undefined;
    if (shape !== undefined) return problemsWith(value, shape, field);
    const suggestion = didYouMean(field, Object.keys(rules));
    return [{ field, value, rule: `is not an option${of}${suggestion}` }];
  });
}

/** The problems with a value that must have a shape, all of it. `field` is its path; empty for the whole. */
export function problemsWith(value: unknown, shape: Shape, field = ""): ReadonlyArray<Problem> {
  if (typeof shape === "function") return problemsWith(value, shape(value), field);
  if (isRule(shape)) return shape[0](value) ? [] : [{ field, value, rule: shape[1] }];
  const at = (key: string | number) => (field === "" ? `${key}` : `${field}.${key}`);
  if (isItems(shape)) {
    if (!Array.isArray(value)) return [{ field, value, rule: "must be an array" }];
    return value.flatMap((item: unknown, index) => problemsWith(item, shape[0], at(index)));
  }
  if (!isPlainObject(value)) return [{ field, value, rule: "must be a plain object" }];
  const given = value as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).filter((key) => !Object.hasOwn(shape, key));
  return [
    ...Object.entries(shape).flatMap(([key, inner]) => problemsWith(given[key], inner, at(key))),
    ...unknown.map((key) => ({ field: at(key), value: given[key], rule: "is not known" })),
  ];
}

const isItems = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape);
const isRule = (shape: Shape): shape is Rule => Array.isArray(shape) && shape.length === 2;

/** The same options without what is `undefined`, which is absent. */
export function withoutUndefined<T extends object>(
  options: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** @throws {TypeError} unless it is a function: a listener that is none would fail when it is needed. */
export function mustBeFunction(value: unknown, what: string): void {
  if (typeof value !== "function") {
    throw new TypeError(`${what} must be a function, not ${kindOf(value)}`);
  }
}

// ── Rules that many share ───────────────────────────────────────────────────────────────────────────────

export const aFunction: Rule = [(value) => typeof value === "function", "must be a function"];

export const aBoolean: Rule = [(value) => typeof value === "boolean", "must be true or false"];

/** A whole number within bounds, both included. */
export function wholeNumber(minimum: number, maximum: number): Rule {
  return [
    (value) => Number.isSafeInteger(value) && isWithin(value as number, minimum, maximum),
    `must be a whole number from ${minimum} to ${maximum}`,
  ];
}

/** A finite number within bounds, both included. */
export function number(minimum: number, maximum: number): Rule {
  return [
    (value) => typeof value === "number" && isWithin(value, minimum, maximum),
    `must be a number from ${minimum} to ${maximum}`,
  ];
}

/** How many there are of something. */
export const aCount: Rule = [
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  "must be a whole number, at least 0",
];

/** A time that has passed or is left. */
export const someMillis: Rule = [
  (value) => Number.isFinite(value) && (value as number) >= 0,
  "must be a number of milliseconds, at least 0",
];

/** Whatever it is. */
export const anything: Rule = [() => true, ""];

/** One of a few values. */
export function oneOf(values: ReadonlyArray<unknown>): Rule {
  return [(value) => values.includes(value), `must be one of ${values.map(shown).join(", ")}`];
}

/** An object of this shape, or null. */
export function shapeOrNull(shape: Shapes): Shape {
  return (value) => (value === null ? anything : shape);
}

/** What the rule says, or null. */
export function orNull([holds, rule]: Rule): Rule {
  return [(value) => value === null || holds(value), `${rule}, or null`];
}

/** What the rule says, or one of some words. */
export function orWord([holds, rule]: Rule, ...words: ReadonlyArray<string>): Rule {
  const isWord = (value: unknown) => words.includes(value as string);
  return [(value) => isWord(value) || holds(value), `${rule}, or ${words.map(shown).join(" or ")}`];
}

function isWithin(value: number, minimum: number, maximum: number): boolean {
  return value >= minimum && value <= maximum;
}
