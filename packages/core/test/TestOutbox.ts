/** An outbox of strings on a clock that the test moves, with what became of every send. */
import {
  type ConfigurationOptions,
  configuration,
  imbalance,
  type OfferResult,
  Outbox,
  type StepListener,
  type Waiter,
} from "@sluice/core";
import { events } from "@sluice/machines";
import { expect } from "vitest";

export interface TestOutbox {
  readonly outbox: Outbox<string>;
  /** What became of each send, in the order in which they were told: `"b: Accepted"`, `"c: timeout"`. */
  readonly told: Array<string>;
  /** The chart's steps so far, by the names of their events. */
  readonly steps: Array<string>;
  readonly clock: { millis: number };
  /** Offers each message in turn and says what became of them. */
  readonly offer: (...messages: ReadonlyArray<string>) => ReadonlyArray<string>;
  /** Sends a message; undefined when it was settled at once. */
  readonly send: (message: string) => Waiter<string> | undefined;
  /** Takes up to so many messages; all of them unless said. */
  readonly drain: (count?: number) => ReadonlyArray<string>;
  /** Time passes, and the outbox is told. */
  readonly pass: (millis: number) => void;
  /** Expects that the books balance and the bounds hold. */
  readonly audit: () => void;
}

export const outcome = (result: OfferResult): string =>
  result._tag === "Accepted"
    ? `Accepted${result.evicted > 0 ? ` evicting ${result.evicted}` : ""}`
    : result.reason;

export function testOutbox(
  options: ConfigurationOptions = {},
  listener?: StepListener["onStep"],
): TestOutbox {
  const told: Array<string> = [];
  const steps: Array<string> = [];
  const clock = { millis: 0 };
  const outbox = new Outbox<string>({
    configuration: configuration(options),
    sizeOf: (text) => Buffer.byteLength(text),
    now: () => clock.millis,
    listener: {
      onStep: (event, from, to, mask) => {
        steps.push(events[event] as string);
        listener?.(event, from, to, mask);
      },
    },
  });
  const audit = () => {
    const stats = outbox.stats();
    expect(imbalance(stats)).toEqual({ messages: 0, bytes: 0 });
    expect(outbox.length).toBeLessThanOrEqual(outbox.configuration.maxMessages);
    expect(outbox.bytes).toBeLessThanOrEqual(outbox.configuration.maxBytes);
    expect(stats.waiting.messages).toBe(outbox.waiting);
  };
  return {
    outbox,
    told,
    steps,
    clock,
    audit,
    offer: (...messages) => messages.map((message) => outcome(outbox.offer(message))),
    send: (message) =>
      outbox.send(message, (result) => void told.push(`${message}: ${outcome(result)}`)),
    drain: (count = Number.POSITIVE_INFINITY) => {
      const drained: Array<string> = [];
      while (drained.length < count && outbox.length > 0) drained.push(outbox.take() as string);
      return drained;
    },
    pass: (millis) => {
      clock.millis += millis;
      outbox.advance();
      audit();
    },
  };
}

/** `fill(3)` is `["0", "1", "2"]`: messages of one byte while there are no more than ten. */
export const fill = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, index) => `${index % 10}`);
