/** What a system did that no system may do, whatever the rule: in words, for a person. */
import { Data } from "effect";

/** `expected` names the call and what it should have answered, `found` is what came of it. */
export class Lie extends Data.TaggedError("Lie")<{
  readonly expected: string;
  readonly found: string;
}> {
  override get message(): string {
    return `expected ${this.expected}, found ${this.found}`;
  }
}

/** Whether something is a promise, of whichever realm or library; what throws when it is asked is none. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  try {
    const then = (value as { readonly then?: unknown } | null | undefined)?.then;
    return typeof then === "function";
  } catch {
    return false;
  }
}

/** A value as a person reads it, whatever it is: never throws, and is never long. */
export function shown(value: unknown): string {
  try {
    if (isThenable(value)) return "a promise";
    if (typeof value === "function") return "a function";
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    const isPlain = typeof value === "object" && value !== null;
    const text = (isPlain || typeof value === "string" ? JSON.stringify(value) : undefined) ?? "";
    return (text || String(value)).slice(0, 200);
  } catch {
    return "something that cannot be shown";
  }
}

/** A field of something foreign, whose getter may throw. */
export function fieldOf(value: unknown, name: string, what: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>>)[name];
  } catch (error) {
    throw new Lie({ expected: `${what} to let its ${name} be read`, found: shown(error) });
  }
}

/** @throws {Lie} unless something is an object that has fields. */
export function expectObject(value: unknown, expected: () => string): asserts value is object {
  if (typeof value === "object" && value !== null && !isThenable(value)) return;
  ignore(value);
  throw new Lie({ expected: expected(), found: shown(value) });
}

/** Nobody waits for it: that it rejects is no reason to end the process. */
export function ignore(value: unknown): void {
  if (isThenable(value)) value.then(undefined, () => {});
}
