/** A value as a person reads it in a message: whatever it is, never long, and never a reason to fail. */

const maxLength = 200;

/** `"text"`, `5`, `1n`, `Symbol(x)`, `{"a":1}`, `a Promise`: one line of at most 200 characters. */
export function shown(value: unknown): string {
  try {
    const text = textOf(value);
    return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  } catch {
    return "something that cannot be shown";
  }
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "bigint":
      return `${value}n`;
    case "function":
      return "a function";
    case "object":
      return value === null ? "null" : objectText(value);
    default:
      return String(value);
  }
}

/** Plain data as JSON, with what JSON has no word for; anything else by its kind. */
function objectText(value: object): string {
  if (!Array.isArray(value) && !isPlainObject(value)) return kindOf(value);
  return JSON.stringify(value, (key, inner: unknown) => {
    const isData = inner === null || Array.isArray(inner) || isPlainObject(inner);
    if (key === "" || isData) return inner;
    const isText = typeof inner === "string" || typeof inner === "boolean";
    return isText || Number.isFinite(inner) ? inner : textOf(inner);
  });
}

/**
 * Whether a value is an object as `{}` writes it, of this realm or another, or one without a prototype.
 *
 * @example
 * ```ts
 * import { isPlainObject } from "@sluice/core";
 *
 * isPlainObject({ overflow: "block" }); // => true
 * isPlainObject(new Map()); // => false
 * ```
 */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Object.prototype.toString.call(value) !== "[object Object]") return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What a value is, for a person who passed it by mistake: `a Promise`, `an Array`, `"block"`. */
export function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return textOf(value);
  const made = value.constructor as unknown;
  const name = typeof made === "function" && made.name;
  return name ? `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}` : "an object";
}
