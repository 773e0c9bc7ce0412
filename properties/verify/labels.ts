/**
 * A connection whose messages have keys, lifetimes, topics and lanes, at random, beside what its client must see: by notices
 * exactly what is missing, control before what came after it, of a key the newest in its order, and nothing that has expired.
 */
import {
  imbalance,
  Label,
  overflowStrategies,
  type Statistics,
  type TopicGap,
  total,
} from "@sluice/core";
import { Actor, lanesOf } from "@sluice/runtime";
import { byteLength, gapJson, type Message } from "@sluice/runtime/adapter";
import { ManualClock, ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Clock, Context } from "effect";
import * as fc from "fast-check";

const lanes = ["control", undefined, "bulk"] as const;

const offer = fc.record({
  do: fc.constant("offer" as const),
  /** Its topic, and its lane: a topic is in one. */
  topic: fc.nat({ max: 2 }),
  key: fc.constantFrom(undefined, undefined, undefined, "a", "b"),
  place: fc.constantFrom("keep" as const, "tail" as const),
  ttlMillis: fc.constantFrom(undefined, undefined, 5, 20),
});

const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: offer },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("read" as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("pass" as const), millis: fc.constantFrom(2, 6) }),
    },
  ),
  { minLength: 5, maxLength: 120, size: "max" },
);

const settings = fc.record({
  maxMessages: fc.integer({ min: 1, max: 6 }),
  overflow: fc.constantFrom(...overflowStrategies.filter((one) => one !== "disconnect")),
});

type Settings = typeof settings extends fc.Arbitrary<infer S> ? S : never;
type Offer = typeof offer extends fc.Arbitrary<infer O> ? O : never;

/** Undefined if nothing was wrong in any story, or what was. */
export async function labelling(runs = 400): Promise<string | undefined> {
  const property = fc.property(settings, steps, (given, story) => {
    const world = new World(given);
    for (const step of story) {
      if (step.do === "offer") world.offer(step);
      else if (step.do === "pass") world.clock.advance(step.millis);
      else world.read();
    }
    world.end();
  });
  const { failed, errorInstance, counterexample } = fc.check(property, { numRuns: runs });
  return failed ? `${errorInstance} in ${JSON.stringify(counterexample)}` : undefined;
}

/** What a client reads in a message. */
interface Said {
  readonly number: number;
  readonly topic: string;
  readonly key?: string;
  readonly lane?: string;
  readonly dueMillis: number | null;
}

/** One message in each turn; it sees what has expired. */
class WatchedTransport extends ScriptedTransport<Message> {
  late: string | undefined;
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    super({ sizeOf: byteLength, room: 0, maxBackpressure: 1 });
    this.#clock = clock;
  }

  override send(message: Message) {
    const now = this.#clock.millis;
    const said = message === first ? {} : (JSON.parse(message as string) as Partial<Said>);
    const { dueMillis = null } = said;
    if (dueMillis !== null && dueMillis <= now) this.late ??= `${message} was sent at ${now}`;
    return super.send(message);
  }
}

const first = "first";

class World {
  readonly clock = new ManualClock();
  readonly #flusher = new ManualFlusher();
  readonly #transport: WatchedTransport;
  readonly #actor: Actor<Message>;
  readonly #received: Array<Said | TopicGap> = [];
  /** The number of the newest message of each key. */
  readonly #newest = new Map<string, number>();
  #number = 0;
  #seen = 1;

  constructor(limits: Settings) {
    this.#transport = new WatchedTransport(this.clock);
    // Control has room for as many as make those behind wait for their share.
    const apart = { maxMessages: 4 * limits.maxMessages, overflow: limits.overflow };
    this.#actor = new Actor<Message>({
      transport: this.#transport,
      flusher: this.#flusher,
      sizeOf: byteLength,
      configuration: limits,
      context: Context.make(Clock.Clock, this.clock),
      lanes: lanesOf({ control: apart, bulk: apart }),
      gapWire: { tellsConflated: false, message: gapJson },
      makesRoom: true,
    });
    this.#actor.offer(first);
    this.#flusher.settle();
  }

  offer({ topic: at, key, place, ttlMillis }: Offer): void {
    const lane = lanes[at];
    const topic = `t${at}`;
    const own = key && { key: `${topic}${key}` };
    const said: Said = {
      number: this.#number++,
      topic,
      dueMillis: ttlMillis === undefined ? null : this.clock.millis + ttlMillis,
      ...own,
      ...(lane && { lane }),
    };
    if (own) this.#newest.set(own.key, said.number);
    const label = new Label<Message>({ topic, lane, ttlMillis, ...(own && { ...own, place }) });
    this.#actor.offerLabelled(JSON.stringify(said), label);
  }

  /** The client takes one message. */
  read(): void {
    const { accepted } = this.#transport;
    this.#transport.drain(this.#transport.bufferedBytes());
    this.#actor.drained();
    this.#flusher.settle();
    for (; this.#seen < accepted.length; this.#seen++) {
      const one = JSON.parse(accepted[this.#seen] as string) as Said | TopicGap;
      this.#received.push(one);
    }
  }

  end(): void {
    for (let before = -1; before < this.#received.length; ) {
      if (before > 3 * this.#number) throw new Error("more comes than was offered");
      before = this.#received.length;
      this.read();
      this.read();
    }
    const stats = this.#actor.outbox.stats(undefined, this.#actor.pump.backlogs?.held);
    const { messages, bytes } = imbalance(stats);
    if (this.#transport.late !== undefined) throw new Error(this.#transport.late);
    if (messages !== 0 || bytes !== 0) throw new Error(`the books differ by ${messages} messages`);
    this.#judgeOrder();
    this.#judgeKeys(stats);
    this.#judgeNotices(stats);
  }

  /** Control is before all that was offered after it, and of an unkeyed topic the order is that of the offers. */
  #judgeOrder(): void {
    let latest = -1;
    const last = new Map<string, number>();
    for (const one of this.#received) {
      if ("first" in one) continue;
      const { number, lane, topic, key } = one;
      if (lane === "control" && number < latest && key === undefined) {
        throw new Error(`control ${number} came after ${latest}`);
      }
      // A newer one of a key may have the place of an older one.
      if (key !== undefined) continue;
      if (lane !== "control") latest = Math.max(latest, number);
      if (number < (last.get(topic) ?? -1))
        throw new Error(`${number} of ${topic} is out of order`);
      last.set(topic, number);
    }
  }

  /** Of a key what is newer comes later, and unless something is lost otherwise the newest of all comes. */
  #judgeKeys({ dropped: { conflated, ...dropped }, rejected }: Statistics): void {
    const last = new Map<string, number>();
    for (const one of this.#received) {
      if ("first" in one || one.key === undefined) continue;
      const before = last.get(one.key) ?? -1;
      if (one.number < before) throw new Error(`of ${one.key} ${one.number} came after ${before}`);
      last.set(one.key, one.number);
    }
    if (total({ ...dropped, ...rejected }).messages > 0) return;
    for (const [key, number] of this.#newest) {
      if (last.get(key) !== number) throw new Error(`${number} of ${key} did not come`);
    }
  }

  /** What a client has and what it was told is missing are all that there was, but for what was conflated. */
  #judgeNotices(stats: Statistics): void {
    const told: Record<string, number> = {};
    let known = 0;
    for (const one of this.#received) {
      known += "first" in one ? one.count : 1;
      if (!("first" in one)) continue;
      for (const [reason, count] of Object.entries(one.reasons)) {
        told[reason] = (told[reason] ?? 0) + count;
      }
    }
    const { conflated, ...dropped } = stats.dropped;
    for (const [reason, { messages }] of Object.entries({ ...dropped, ...stats.rejected })) {
      if ((told[reason] ?? 0) !== messages) {
        throw new Error(`${messages} were lost as ${reason}, and ${told[reason] ?? 0} are told`);
      }
    }
    if (known + conflated.messages !== this.#number) {
      throw new Error(
        `the client knows of ${known} and not of ${this.#number - conflated.messages}`,
      );
    }
  }
}
