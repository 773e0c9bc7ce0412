/** What a message means to whoever queues it: whose newest value it is, and for how long it is worth sending. */

import { longestMillis } from "../configuration/Configuration.js";
import { ConfigurationError } from "../configuration/ConfigurationError.js";
import type { Problem } from "../problems/Problem.js";
import { aFunction, number, oneOf, optionProblems, type Rule } from "../problems/Rules.js";

/** The longest key and topic, in characters: what waits holds them. */
const longestName = 1_024;

/** Lanes besides the one in the middle. */
export const laneNames = ["control", "bulk"] as const;

export type LaneName = (typeof laneNames)[number];

/** Where the newer message of a key waits. */
export type Place = "keep" | "tail";

/** Written as a method, so that a label without it is one for messages of any type. */
interface Merge<T> {
  of(older: T, newer: T): T;
}

/** What a message may say of itself. Whatever is left out, it does not say. */
export interface LabelOptions<T = never> {
  /**
   * Of the messages of a key only the newest waits in its lane: it takes the place of the one before it, which counts as
   * `conflated`. 1 to 1,024 characters.
   */
  readonly key?: string | undefined;
  /** `keep`, by default, is the place of the older message in the order; `tail` is behind all others. */
  readonly place?: Place | undefined;
  /**
   * Makes one message of the older and the newer of a key, where the newer alone does not say all. What it throws comes out
   * of `offer`, and nothing has changed then.
   */
  readonly merge?: Merge<T>["of"] | undefined;
  /**
   * What is lost of a topic is told to its client in its place, where gap notices are on: see `gaps`. 1 to 1,024
   * characters. A topic is best in one lane, for it is told in the order in which it goes out.
   */
  readonly topic?: string | undefined;
  /** `control` goes before all others, `bulk` behind them. Without one it is between them. */
  readonly lane?: LaneName | undefined;
  /** It is not sent once it has waited for so long, in milliseconds above 0 up to a day: it counts as `expired` then. */
  readonly ttlMillis?: number | undefined;
}

const aName: Rule = [
  (name) => typeof name === "string" && name.length >= 1 && name.length <= longestName,
  `must be a string of 1 to ${longestName} characters`,
];

/** What each of them must be. */
export const labelRules = {
  key: aName,
  place: oneOf(["keep", "tail"]),
  merge: aFunction,
  topic: aName,
  lane: oneOf(laneNames),
  ttlMillis: number(0.001, longestMillis),
} as const;

/** A label that has been validated. It may be shared by all messages of a stream: made once, it costs each nothing. */
export class Label<T = never> {
  readonly key: string | undefined;
  readonly place: Place;
  readonly topic: string | undefined;
  readonly lane: LaneName | undefined;
  readonly ttlMillis: number;
  readonly merge: LabelOptions<T>["merge"];

  /**
   * @throws {ConfigurationError} naming each wrong field, its value and the rule.
   *
   * @example
   * ```ts
   * import { configuration, Label, Outbox } from "@sluice/core";
   *
   * const outbox = new Outbox<string>({
   *   configuration: configuration(),
   *   sizeOf: (text) => Buffer.byteLength(text),
   *   now: () => performance.now(),
   * });
   * const euro = new Label({ key: "EURUSD", ttlMillis: 5_000 });
   * outbox.offer("1.07", undefined, euro);
   * outbox.offer("1.08", undefined, euro);
   * outbox.take(); // => "1.08"
   * ```
   */
  constructor(options: LabelOptions<T> = {}) {
    const problems = [...optionProblems(options, labelRules, " of a label")];
    if (problems.length === 0 && options.key === undefined) problems.push(...keyless(options));
    if (problems.length > 0) throw new ConfigurationError({ whole: "label", problems });
    this.key = options.key;
    this.place = options.place ?? "keep";
    this.topic = options.topic;
    this.lane = options.lane;
    this.ttlMillis = options.ttlMillis ?? Number.POSITIVE_INFINITY;
    this.merge = options.merge;
  }

  /** The same without its `merge`: the newer stands for both. */
  get unmerged(): Label<T> {
    return this.#but({ merge: undefined });
  }

  /** The same in the lane in the middle. */
  get laneless(): Label<T> {
    return this.lane === undefined ? this : this.#but({ lane: undefined });
  }

  #but(other: LabelOptions<T>): Label<T> {
    const { key, place, topic, lane, ttlMillis, merge } = this;
    const own = key === undefined ? {} : { key, place, merge };
    const lasting = ttlMillis === Number.POSITIVE_INFINITY ? {} : { ttlMillis };
    return new Label<T>({ ...own, topic, lane, ...lasting, ...other });
  }

  /** A label as it is, or of what one says. @throws {ConfigurationError} */
  static of<T>(given: Label<T> | LabelOptions<T>): Label<T> {
    return given instanceof Label ? given : new Label(given);
  }
}

/** What is about a key says nothing without one. */
function keyless<T>(options: LabelOptions<T>): ReadonlyArray<Problem> {
  const about = (["place", "merge"] as const).filter((field) => options[field] !== undefined);
  return about.map((field) => ({ field, value: options[field], rule: "needs a key" }));
}
