/** What a system may answer: each is read once, and what is handed on is a copy. */
import {
  configuration,
  type OfferResult,
  type RejectReason,
  rejectReasons,
  type Statistics,
} from "@sluice/core";
import { events, states } from "@sluice/machines";
import { holding, type Step } from "../System.js";
import { expectObject, fieldOf, Lie, shown } from "./Lie.js";

/** What became of a message. `call` is what said so: `offer to answer`. */
export function resultOf(value: unknown, call: string): OfferResult {
  const expected = () => `${call} with Accepted or Rejected`;
  expectObject(value, expected);
  const tag = fieldOf(value, "_tag", "the answer");
  if (tag === "Accepted") {
    const evicted = fieldOf(value, "evicted", "the answer");
    if (isCount(evicted)) return { _tag: tag, evicted };
    throw new Lie({
      expected: `${call} with Accepted and a whole number evicted, 0 or more`,
      found: `evicted: ${shown(evicted)}`,
    });
  }
  if (tag !== "Rejected") throw new Lie({ expected: expected(), found: shown(value) });
  const reason = fieldOf(value, "reason", "the answer") as RejectReason;
  if (rejectReasons.includes(reason)) return { _tag: tag, reason };
  throw new Lie({
    expected: `${call} with Rejected and one of the reasons ${rejectReasons.join(", ")}`,
    found: `reason: ${shown(reason)}`,
  });
}

/** Every field that statistics have, in the shape of `holding`: there is one list of them. */
const template = holding(configuration(), { messages: 0, bytes: 0 });

const names: Readonly<Record<string, ReadonlyArray<string>>> = {
  state: [...new Set(states.map(({ state }) => state))],
  health: [...new Set(states.flatMap(({ health }) => health ?? []))],
};

const counts = ["messages", "bytes", "throttleEvents", "pauseEvents"];

/** Reads one value, that was found under `path`. Made once for each field: statistics are looked at often. */
type Reader = (value: unknown) => unknown;

const readStatistics = readerOf(template, "");

export function statisticsOf(value: unknown): Statistics {
  return readStatistics(value) as Statistics;
}

/** Copies those fields of an object that the template has, each of the template's kind. */
function readerOf(shape: object, path: string): Reader {
  const where = path === "" ? "stats()" : `stats().${path}`;
  const fields = Object.entries(shape).map(([name, model]) => {
    const place = path === "" ? name : `${path}.${name}`;
    const read =
      typeof model === "object" ? readerOf(model as object, place) : valueReader(name, place);
    return { name, read };
  });
  const expected = () => `${where} to be an object with ${Object.keys(shape).join(", ")}`;
  // What has not changed since it was last read is not copied again: a run keeps thousands of pictures, and of each
  // most is the same as before.
  let last: Readonly<Record<string, unknown>> = { ...shape };
  return (value) => {
    expectObject(value, expected);
    let copy: Record<string, unknown> | undefined;
    for (const { name, read } of fields) {
      const found = read(fieldOf(value, name, where));
      if (Object.is(found, last[name])) continue;
      copy ??= { ...last };
      copy[name] = found;
    }
    if (copy !== undefined) last = copy;
    return last;
  };
}

function valueReader(name: string, place: string): Reader {
  const { kind, isOf } = kindOf(name);
  return (value) => {
    if (isOf(value)) return value;
    throw new Lie({ expected: `stats().${place} to be ${kind}`, found: shown(value) });
  };
}

/** What a field has to be, by its name. */
function kindOf(name: string): {
  readonly kind: string;
  readonly isOf: (value: unknown) => boolean;
} {
  const known = names[name];
  if (known !== undefined) {
    return {
      kind: `one of ${known.join(", ")}`,
      isOf: (value) => known.includes(value as string),
    };
  }
  if (counts.includes(name)) return { kind: "a whole number, 0 or more", isOf: isCount };
  return {
    kind: "a number",
    isOf: (value) => typeof value === "number" && !Number.isNaN(value),
  };
}

/** A step that the chart is said to have made. */
export function stepOf(value: unknown): Step {
  const expected = () =>
    `observe to be told of a step: event 0 to ${events.length - 1}, from and to 0 to ${states.length - 1}, mask`;
  expectObject(value, expected);
  const [event, from, to, mask] = ["event", "from", "to", "mask"].map((name) =>
    fieldOf(value, name, "the step"),
  );
  const isStep =
    isBelow(event, events.length) &&
    isBelow(from, states.length) &&
    isBelow(to, states.length) &&
    isCount(mask);
  if (!isStep) throw new Lie({ expected: expected(), found: shown(value) });
  return { event, from, to, mask };
}

/** A number that is one, such as of milliseconds. */
export function numberOf(value: unknown, call: string): number {
  if (typeof value === "number" && !Number.isNaN(value)) return value;
  throw new Lie({
    expected: `${call} to answer with a number of milliseconds`,
    found: shown(value),
  });
}

/** Names of things, such as of timers that are left. */
export function wordsOf(value: unknown, call: string): ReadonlyArray<string> {
  const isWords = Array.isArray(value) && value.every((word) => typeof word === "string");
  if (isWords) return [...value];
  throw new Lie({ expected: `${call} to answer with an array of strings`, found: shown(value) });
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

const isBelow = (value: unknown, end: number): value is number => isCount(value) && value < end;
