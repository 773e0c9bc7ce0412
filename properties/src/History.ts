/** Everything that could be seen of a system while a trace was played on it. */
import type { Configuration, OfferResult, Statistics } from "@sluice/core";
import type { Operation } from "./Operation.js";
import type { Message, Step } from "./System.js";

/** What a message came by. */
export type Way = "offer" | "send";

/** One thing seen. `index` is the operation of the trace that was being played. */
export type Entry = {
  readonly index: number;
  /** Time that has passed forward, in milliseconds; a clock that is set back does not lower it. */
  readonly millis: number;
} & (
  | { readonly kind: "begun"; readonly operation: Operation }
  /** A message was offered. */
  | { readonly kind: "arrived"; readonly by: "offer"; readonly message: Message }
  /** A message was sent; `before` that. */
  | {
      readonly kind: "arrived";
      readonly by: "send";
      readonly message: Message;
      readonly before: Statistics;
    }
  /** Its sender was told what became of it. */
  | {
      readonly kind: "answered";
      readonly message: Message;
      readonly by: Way;
      readonly result: OfferResult;
    }
  /** The transport has taken it. */
  | { readonly kind: "delivered"; readonly message: Message }
  /** The chart has made a step; seen from inside the listener. */
  | { readonly kind: "step"; readonly step: Step; readonly stats: Statistics }
  /** A moment at which the system is whole: after an operation, or inside a callback. */
  | {
      readonly kind: "moment";
      readonly where: "operation" | "callback";
      readonly stats: Statistics;
      readonly head: Message | undefined;
      /** Undefined when the system does not say. */
      readonly millisToDeadline: number | undefined;
      /** What was done to the transport that must not be done, so far. */
      readonly misuse: ReadonlyArray<string>;
    }
  /** The run is over: what has not been let go of. */
  | { readonly kind: "over"; readonly remains: ReadonlyArray<string> }
);

/** An entry of one kind. */
export type EntryOf<K extends Entry["kind"]> = Extract<Entry, { readonly kind: K }>;

export interface History {
  readonly configuration: Configuration;
  readonly trace: ReadonlyArray<Operation>;
  readonly entries: ReadonlyArray<Entry>;
}

/** The entries of one kind. */
export function entriesOf<K extends Entry["kind"]>(
  { entries }: History,
  kind: K,
): ReadonlyArray<EntryOf<K>> {
  return entries.filter((entry): entry is EntryOf<K> => entry.kind === kind);
}

/** Every picture of the statistics, from inside callbacks and the listener too. */
export function pictures(history: History): ReadonlyArray<Entry & { readonly stats: Statistics }> {
  return history.entries.filter((entry) => entry.kind === "step" || entry.kind === "moment");
}

/** The moments after an operation, when everybody has been told. */
export function quietMoments(history: History): ReadonlyArray<EntryOf<"moment">> {
  return entriesOf(history, "moment").filter(({ where }) => where === "operation");
}

/** The entries by the operation that they belong to. */
export function byOperation({ entries }: History): ReadonlyMap<number, ReadonlyArray<Entry>> {
  const groups = new Map<number, Array<Entry>>();
  for (const entry of entries) {
    const group = groups.get(entry.index);
    if (group === undefined) groups.set(entry.index, [entry]);
    else group.push(entry);
  }
  return groups;
}
