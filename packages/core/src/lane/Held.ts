/** A message that waits, as plain JSON apart from the message, with its label and what is left of its life. */
import { Label, type LabelOptions, labelRules } from "../label/Label.js";
import type { Problem } from "../problems/Problem.js";
import {
  aCount,
  anything,
  optionProblems,
  type Rule,
  type Shape,
  type Shapes,
  someMillis,
} from "../problems/Rules.js";
import { isPlainObject } from "../problems/Shown.js";
import { Link } from "./Links.js";

/** What a label says, without its `merge`: that of the newer message counts. */
export type LabelSnapshot = Pick<LabelOptions, "key" | "place" | "topic" | "lane" | "ttlMillis">;

/** A message with its size in bytes. */
export interface Held<T> {
  readonly message: T;
  readonly bytes: number;
  readonly label?: LabelSnapshot;
  /** Until it has expired, in milliseconds, if it ever does. */
  readonly expiresInMillis?: number;
}

const aLabel: Rule = [
  (label) => optionProblems(label, labelRules).length === 0 && isLabel(label as LabelOptions),
  "must be a label: see Label",
];

/** The form of a label, where there is one. */
export const labelShape = (held: unknown): Shapes => (has(held, "label") ? { label: aLabel } : {});

/** The form of what is held, from outside. */
export const heldShape: Shape = [
  (held: unknown) => ({
    message: anything,
    bytes: aCount,
    ...labelShape(held),
    ...(has(held, "expiresInMillis") && { expiresInMillis: someMillis }),
  }),
];

/** Of a key at most one message waits, and only what has a lifetime has some of it left. */
export function* heldProblems(held: ReadonlyArray<Held<unknown>>): Generator<Problem> {
  const keys = new Set<string>();
  for (const [index, { label, expiresInMillis }] of held.entries()) {
    const key = label?.key;
    if (key !== undefined && keys.has(key)) {
      const rule = "must be the key of one message that waits";
      yield { field: `buffered.${index}.label.key`, value: key, rule };
    }
    if (key !== undefined) keys.add(key);
    const ttlMillis = label?.ttlMillis;
    const isRight =
      ttlMillis === undefined ? expiresInMillis === undefined : expiresInMillis !== undefined;
    if (isRight && (expiresInMillis ?? 0) <= (ttlMillis ?? 0)) continue;
    const rule = "must be there with ttlMillis, and not above it";
    yield { field: `buffered.${index}.expiresInMillis`, value: expiresInMillis, rule };
  }
}

export function heldOf<T>(link: Link<T>, nowMillis: number): Held<T> {
  const { message, bytes, label, dueMillis } = link;
  if (label === undefined) return { message, bytes };
  const isLasting = dueMillis === Number.POSITIVE_INFINITY;
  const left = isLasting
    ? {}
    : { expiresInMillis: Math.max(0, Math.min(label.ttlMillis, dueMillis - nowMillis)) };
  return { message, bytes, label: snapshotOf(label), ...left };
}

export function linkOf<T>(
  { message, bytes, label, expiresInMillis }: Held<T>,
  nowMillis: number,
): Link<T> {
  const dueMillis =
    expiresInMillis === undefined ? Number.POSITIVE_INFINITY : nowMillis + expiresInMillis;
  return new Link(message, bytes, label && new Label<T>(label), dueMillis);
}

/** What a label says, as JSON. */
export function snapshotOf<T>({ key, place, topic, lane, ttlMillis }: Label<T>): LabelSnapshot {
  return {
    ...(key !== undefined && { key, place }),
    ...(topic !== undefined && { topic }),
    ...(lane !== undefined && { lane }),
    ...(ttlMillis !== Number.POSITIVE_INFINITY && { ttlMillis }),
  };
}

const has = (value: unknown, field: string) => isPlainObject(value) && Object.hasOwn(value, field);

/** A place needs a key. */
const isLabel = ({ key, place, merge }: LabelOptions) =>
  merge === undefined && (key !== undefined || place === undefined);
