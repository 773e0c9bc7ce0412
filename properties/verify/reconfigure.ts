/** An outbox whose limits change at random beside what must not: what it has lost, how much it holds, and where its marks are. */
import {
  type ConfigurationOptions,
  configuration,
  imbalance,
  type OfferResult,
  Outbox,
  overflowStrategies,
  watermarksOf,
} from "@sluice/core";
import * as fc from "fast-check";

const options: fc.Arbitrary<ConfigurationOptions> = fc.record({
  maxMessages: fc.integer({ min: 1, max: 8 }),
  maxBytes: fc.integer({ min: 6, max: 30 }),
  overflow: fc.constantFrom(...overflowStrategies.filter((one) => one !== "disconnect")),
  healthWindowMillis: fc.constantFrom(1_000, 10_000),
});

const story = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ bytes: fc.integer({ min: 1, max: 6 }), sends: fc.boolean() }),
    },
    { weight: 3, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 2, arbitrary: options },
    { weight: 1, arbitrary: fc.record({ pass: fc.constantFrom(100, 6_000) }) },
  ),
  { maxLength: 60, size: "max" },
);

type Act = typeof story extends fc.Arbitrary<Array<infer A>> ? A : never;

/** Undefined if nothing was wrong in any story, or what was. */
export function reconfiguring(runs = 500): string | undefined {
  const property = fc.property(options, story, (first, acts) => {
    const world = new World(first);
    for (const act of acts) world.play(act);
  });
  const { failed, errorInstance, counterexample } = fc.check(property, { numRuns: runs });
  return failed ? `${errorInstance} in ${JSON.stringify(counterexample)}` : undefined;
}

class World {
  readonly #outbox: Outbox<string>;
  readonly #told: Array<OfferResult> = [];
  #millis = 0;
  #sent = 0;
  #most = 0;
  #mostBytes = 0;

  constructor(first: ConfigurationOptions) {
    this.#outbox = new Outbox<string>({
      configuration: configuration(first),
      sizeOf: (text) => text.length,
      now: () => this.#millis,
    });
  }

  play(act: Act): void {
    if ("pass" in act) this.#pass(act.pass);
    else if ("take" in act) for (let left = act.take; left > 0; left--) this.#outbox.take();
    else if ("sends" in act) this.#give("x".repeat(act.bytes), act.sends);
    else this.#change(act);
    this.#check();
  }

  #pass(millis: number): void {
    this.#millis += millis;
    this.#outbox.advance();
    this.#outbox.assess();
  }

  #give(text: string, sends: boolean): void {
    if (!sends) {
      this.#outbox.offer(text);
      return;
    }
    this.#sent++;
    this.#outbox.send(text, (result) => this.#told.push(result));
  }

  #change(options: ConfigurationOptions): void {
    const outbox = this.#outbox;
    const before = outbox.stats();
    outbox.reconfigure(configuration({ ...outbox.configuration, ...options }));
    const after = outbox.stats();
    // Who waits for room is answered by the new strategy, which may let others go.
    if (before.waiting.messages === 0) same(after.dropped, before.dropped, "dropped by a change");
    same(after.delivered, before.delivered, "delivered by a change");
  }

  #check(): void {
    const outbox = this.#outbox;
    const { length, bytes, configuration } = outbox;
    this.#most = Math.max(configuration.maxMessages, Math.min(this.#most, length));
    this.#mostBytes = Math.max(configuration.maxBytes, Math.min(this.#mostBytes, bytes));
    if (length > this.#most) throw new Error(`holds ${length} messages of ${this.#most}`);
    if (bytes > this.#mostBytes) throw new Error(`holds ${bytes} B of ${this.#mostBytes}`);
    same(imbalance(outbox.stats()), { messages: 0, bytes: 0 }, "imbalance");
    same(this.#told.length + outbox.waiting, this.#sent, "senders told or waiting");
    const { upMessages, upBytes, downMessages, downBytes } = watermarksOf(configuration);
    const rung = ["normal", "throttled", "paused", "dropping"].indexOf(outbox.state);
    const isAbove =
      length >= (upMessages[rung] ?? Infinity) || bytes >= (upBytes[rung] ?? Infinity);
    const isBelow = length <= (downMessages[rung] ?? -1) && bytes <= (downBytes[rung] ?? -1);
    if (isAbove || isBelow) throw new Error(`${outbox.state} with ${length} messages, ${bytes} B`);
  }
}

function same(found: unknown, right: unknown, what: string): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(right)];
  if (one !== other) throw new Error(`${what}: ${one}, not ${other}`);
}
