/**
 * R32 on what is published for many: connections that read by topics agree, in everything that can be seen of them, with
 * connections that are served by their outboxes alone. The topics are scripted, so that every order can be had.
 */
import {
  type ConfigurationOptions,
  imbalance,
  configuration as makeConfiguration,
  overflowStrategies,
} from "@sluice/core";
import type { PlainConnection } from "@sluice/runtime";
import {
  byteLength,
  ChannelError,
  Frame,
  type Message,
  type SocketTransport,
  type Topics,
} from "@sluice/runtime/adapter";
import { ManualClock, ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Clock, Context } from "effect";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { elapsed } from "../src/actor/Clock.js";
import { Coalescer } from "../src/adapter/Coalescer.js";
import { bytesOf } from "../src/adapter/Frame.js";
import type { ChannelLimit } from "../src/channels/ChannelLimits.js";
import { Channels } from "../src/channels/Channels.js";
import { FanOut } from "../src/channels/FanOut.js";
import { Publisher } from "../src/channels/Publisher.js";
import type { Reader } from "../src/channels/Reader.js";
import { Member } from "../src/hub/Member.js";

/** What a socket holds at the most before it refuses, in bytes. */
const limit = 100_000;

/** Who has joined which topic. */
class Broker {
  readonly joined = new Map<string, Set<ScriptedTransport<Message>>>();
  /** Called before a message goes out: what a handler may do meanwhile. */
  meanwhile = () => {};

  of(transport: ScriptedTransport<Message>, canJoin: boolean): Topics {
    const those = (topic: string) => this.joined.get(topic) ?? new Set();
    const give = (topic: string, frame: Frame, except?: ScriptedTransport<Message>) => {
      this.meanwhile();
      for (const one of those(topic)) if (one !== except && !one.isClosed) one.send(frame);
    };
    return {
      limitBytes: limit,
      mostMessages: 32,
      subscribe: (topic) => {
        if (canJoin) this.joined.set(topic, those(topic).add(transport));
        return canJoin;
      },
      unsubscribe: (topic) => void those(topic).delete(transport),
      publish: (topic, frame) => give(topic, frame),
      publishToOthers: (topic, frame) => give(topic, frame, transport),
    };
  }
}

interface Others {
  readonly room?: number;
  readonly joiner?: Coalescer;
  readonly limits?: Readonly<Record<string, ChannelLimit>>;
  readonly maxChannels?: number;
}

/** A few connections, with or without topics to read by. */
class World {
  readonly flusher = new ManualFlusher();
  /** Time stands still: whoever is delayed waits for room. */
  readonly context = Context.make(Clock.Clock, new ManualClock());
  readonly broker = new Broker();
  /** What has gone wrong. */
  readonly failures: Array<unknown> = [];
  readonly channels: Channels<Member>;
  readonly publisher: Publisher;
  readonly members: ReadonlyArray<Member>;
  readonly connections: ReadonlyArray<PlainConnection<Message>>;
  readonly transports: ReadonlyArray<ScriptedTransport<Message>>;
  /** Whether owners send past it. */
  hasOwn = false;
  /** Readers that there have been. */
  readonly readers = new Set<Reader>();

  constructor(
    configuration: ConfigurationOptions,
    hasTopics: boolean,
    { room, joiner, limits = {}, maxChannels }: Others = {},
  ) {
    this.channels = new Channels<Member>({ limits, maxChannels });
    const { context, flusher, channels } = this;
    const services = { context, flusher, joiner, elapsed: elapsed(undefined, context) };
    const household = {
      channels,
      services,
      lingers: () => {},
      departs: () => {},
      failed: (_: Member, error: unknown) => this.failures.push(error),
    };
    const made = [0, 1, 2].map(() => {
      const scripted = new ScriptedTransport<Message>({
        sizeOf: byteLength,
        isPinged: true,
        maxBackpressure: limit,
        ...(room !== undefined && { room }),
      });
      const topics = this.broker.of(scripted, hasTopics);
      const transport = Object.assign(scripted, { topics });
      const opening = {
        configuration: makeConfiguration(configuration),
        transport: () => transport as unknown as SocketTransport,
        idleTimeoutMillis: 0,
      };
      const member = new Member(household, transport, opening);
      // As at the opening of a socket, whose client answers.
      member.ask();
      member.pong(Buffer.from(scripted.asked[0] as string));
      // One that has never been given anything does not read with others.
      expect(member.actor.reading).toBe(undefined);
      return { scripted, member };
    });
    this.members = made.map(({ member }) => member);
    this.transports = made.map(({ scripted }) => scripted);
    this.connections = this.members.map(({ connection }) => connection);
    const all = this.members;
    this.publisher = new Publisher(() => all, this.channels, new FanOut(this.flusher, joiner));
  }

  /** As it is done once a second. */
  invite(who: number | undefined): void {
    for (const [at, member] of this.members.entries()) {
      if (who !== undefined && at !== who) continue;
      member.reader?.look();
      this.publisher.invite(member);
      if (member.reader !== undefined) this.readers.add(member.reader);
    }
  }

  /** Answers why not, if there are as many channels as there may be. */
  subscribe(at: number, wanted: string, isOn: boolean): string | undefined {
    const member = this.members[at] as Member;
    try {
      if (isOn) member.subscribe(wanted);
      else member.unsubscribe(wanted);
      return undefined;
    } catch (error) {
      if (error instanceof ChannelError) return error.reason;
      throw error;
    }
  }

  publish(way: Way, frame: Frame, except: number | undefined): unknown {
    // `except` is a connection of a server; here the member does.
    const member = except === undefined ? undefined : this.members[except];
    const audience = way === "everyone" ? this.publisher.everyone : this.channels.audienceOf(way);
    return this.publisher.give(audience, frame, member);
  }

  /** What can be seen of one of them. */
  seen(at: number) {
    const { receipts, ...statistics } = (this.connections[at] as PlainConnection<Message>).stats();
    return { ...statistics, pausedMillis: 0 };
  }
}

type Way = "everyone" | "a" | "b";

const who = fc.nat({ max: 2 });
/** Of a message, in bytes. */
const largest = 20_000;

const bytes = fc.oneof(
  { weight: 8, arbitrary: fc.nat({ max: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 100, max: largest }) },
);
const operation = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant("publish" as const),
      way: fc.constantFrom<Way>("everyone", "everyone", "a", "b"),
      bytes,
      times: fc.constantFrom(1, 1, 1, 2, 5, 40),
      except: fc.option(who, { freq: 5, nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("offer" as const), who, bytes }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("send" as const), who, bytes }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("subscribe" as const),
      who,
      wanted: fc.constantFrom("a", "b", "*"),
      isOn: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("flush" as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("invite" as const),
      only: fc.option(who, { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("own" as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("drain" as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("answer" as const), who }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("close" as const, "evict" as const, "disconnect" as const),
      who,
    }),
  },
);

type Operation = typeof operation extends fc.Arbitrary<infer O> ? O : never;

function play(world: World, step: Operation, frames: ReadonlyArray<Frame>): unknown {
  const connection = world.connections["who" in step ? step.who : 0] as PlainConnection<Message>;
  switch (step.do) {
    case "publish":
      return frames.map((frame) => world.publish(step.way, frame, step.except));
    case "offer":
      return connection.offer(frames[0] as Frame);
    case "send":
      return void connection.send(frames[0] as Frame);
    case "subscribe":
      return world.subscribe(step.who, step.wanted, step.isOn);
    case "flush":
      return world.flusher.settle();
    case "invite":
      return world.invite(step.only);
    case "own": {
      // What its owner sends past Sluice: it is not counted, and may be more than the socket takes.
      const transport = world.transports[step.who];
      if (world.hasOwn && !transport?.isClosed) transport?.send(own);
      return undefined;
    }
    case "drain": {
      world.transports[step.who]?.drain(50_000);
      if (connection.state !== "closed") world.members[step.who]?.actor.drained();
      return undefined;
    }
    case "answer": {
      const ping = world.transports[step.who]?.asked.at(-1);
      if (ping !== undefined) world.members[step.who]?.actor.pong(Buffer.from(ping));
      return undefined;
    }
    case "close":
      return void connection.close();
    case "evict":
      return connection.evict();
    case "disconnect": {
      world.transports[step.who]?.disconnect();
      world.members[step.who]?.actor.disconnected();
      return undefined;
    }
    default:
      return step satisfies never;
  }
}

/** One reads a channel that it has by a pattern alone, which makes way for another in mid-turn. */
const madeWay: ReadonlyArray<Operation> = [
  { do: "subscribe", who: 0, wanted: "*", isOn: true },
  { do: "publish", way: "a", bytes: 5, times: 1, except: undefined },
  { do: "flush" },
  { do: "invite", only: undefined },
  { do: "publish", way: "a", bytes: 5, times: 1, except: undefined },
  { do: "subscribe", who: 1, wanted: "b", isOn: true },
];

const own = Frame.binary(new Uint8Array(150_000));

let made = 0;
const framesOf = (step: Operation, most = largest): ReadonlyArray<Frame> => {
  if (!("bytes" in step)) return [];
  const times = "times" in step ? step.times : 1;
  return Array.from({ length: times }, () =>
    Frame.text(`${made++ % 1_000_000} `.padEnd(step.bytes % most, ".")),
  );
};

const configurations = fc.record({
  maxMessages: fc.constantFrom(2, 10, 100, 1_000),
  maxBytes: fc.constantFrom(50, 1_000, 1_048_576),
  overflow: fc.constantFrom(...overflowStrategies),
  throttleAt: fc.constantFrom(0.001, 0.3, 0.7),
  hysteresis: fc.constant(0.001),
});

const windowed = fc
  .tuple(configurations, fc.constantFrom("adaptive" as const, 100, 2_000, 40_000))
  .map(([configuration, windowBytes]) => ({ ...configuration, windowBytes }));

const settings = { numRuns: Number(process.env["FAN_OUT_RUNS"] ?? 400) };

/** No more than a fixed window and one message is in flight, unless it is closing. */
function expectWindow(connection: PlainConnection<Message>, largest: number): void {
  const { windowBytes } = connection.configuration;
  if (
    typeof windowBytes !== "number" ||
    !connection.state.match(/normal|throttled|paused|dropping/)
  )
    return;
  const { inFlight } = connection.stats().receipts;
  expect(inFlight?.bytes).toBeLessThan(windowBytes + largest);
}

/** Plays the same in both worlds, in which the same must be seen of everyone, at every moment and in the end. */
function playBoth(log: World, alone: World, steps: ReadonlyArray<Operation>, most = largest): void {
  const same = () => {
    for (const at of [0, 1, 2]) expect(log.seen(at)).toEqual(alone.seen(at));
  };
  for (const step of steps) {
    const frames = framesOf(step, most);
    expect(play(log, step, frames)).toEqual(play(alone, step, frames));
    same();
  }
  for (const world of [log, alone]) world.flusher.settle();
  same();
  expect(alone.readers.size).toBe(0);
}

describe("readers", () => {
  test("R32 · whose transports take everything agree with outboxes alone, after every operation", () => {
    let readers = 0;
    fc.assert(
      fc.property(
        configurations,
        // With one, a channel that only patterns have makes way for one that is asked for by its name.
        fc.constantFrom(1, 10_000),
        fc.array(operation, { maxLength: 60 }),
        (configuration, maxChannels, steps) => {
          const settings = { ...configuration, windowBytes: "off" } as const;
          // What waits of one channel is apart. Of those that keep up its limits are not asked for: nothing is lost.
          const limits = { a: { maxMessages: 10_000, maxBytes: 2 ** 30 } };
          const [log, alone] = [true, false].map(
            (hasTopics) => new World(settings, hasTopics, { limits, maxChannels }),
          ) as [World, World];
          playBoth(log, alone, maxChannels === 1 ? [...madeWay, ...steps] : steps);
          for (const at of [0, 1, 2]) {
            expect(log.transports[at]?.accepted).toEqual(alone.transports[at]?.accepted);
            expect(log.transports[at]?.violations).toEqual([]);
          }
          readers += log.readers.size;
        },
      ),
      settings,
    );
    expect(readers).toBeGreaterThan(settings.numRuns / 10);
  });

  test("R1 · of a channel with limits lose nothing while their transports take everything", () => {
    const kept = new Set(["publish", "subscribe", "flush", "invite", "answer"]);
    let readers = 0;
    fc.assert(
      fc.property(
        configurations,
        fc.array(
          operation.filter((one) => kept.has(one.do)),
          { maxLength: 60 },
        ),
        (configuration, steps) => {
          const settings = { ...configuration, windowBytes: "off" } as const;
          const limits = { a: { maxMessages: 3, maxBytes: largest } };
          const [log, alone] = [true, false].map(
            (hasTopics) => new World({ ...settings, maxBytes: 2 ** 20 }, hasTopics, { limits }),
          ) as [World, World];
          const ways = new Map<Message, string>();
          for (const step of steps) {
            const frames = framesOf(step);
            if (step.do === "publish") for (const frame of frames) ways.set(frame, step.way);
            expect(play(log, step, frames)).toEqual(play(alone, step, frames));
          }
          for (const at of [0, 1, 2]) {
            for (const world of [log, alone]) {
              world.flusher.settle();
              const { offered, delivered } = world.seen(at);
              expect(delivered).toEqual(offered);
            }
            // What is of a channel and what is not take turns; each stays in its order.
            for (const isOfIt of [true, false]) {
              const [ours, theirs] = [log, alone].map((world) =>
                world.transports[at]?.accepted.filter((one) => (ways.get(one) === "a") === isOfIt),
              );
              expect(ours).toEqual(theirs);
            }
          }
          readers += log.readers.size;
        },
      ),
      settings,
    );
    expect(readers).toBeGreaterThan(settings.numRuns / 10);
  });

  test("of a channel with limits do not fill their outboxes by it in mid-turn", () => {
    const limits = { a: { maxMessages: 3 } };
    const fills = [true, false].map((hasTopics) => {
      const world = new World({ maxMessages: 10 }, hasTopics, { limits });
      for (const channel of ["a", "b"]) world.subscribe(0, channel, true);
      world.invite(undefined);
      expect(world.readers.size).toBe(hasTopics ? 1 : 0);
      for (const way of ["a", "b", "a"] as const) {
        world.publish(way, Frame.text(way), undefined);
      }
      world.publish("a", Frame.text("not for it"), 0);
      const { buffered, fill } = world.seen(0);
      expect(buffered).toEqual({ messages: 3, bytes: 3 });
      expect(world.connections[0]?.fill).toBe(fill);
      return fill;
    });
    expect(fills).toEqual([0.1, 0.1]);
  });

  test("that give a channel back have what was published before, and nothing of what comes", () => {
    const world = new World({ windowBytes: "off" }, true);
    for (const at of [0, 1]) world.subscribe(at, "a", true);
    world.publish("a", Frame.text("first"), undefined);
    world.flusher.settle();
    world.invite(undefined);
    expect(world.readers.size).toBe(2);
    world.publish("a", Frame.text("before"), undefined);
    world.subscribe(0, "a", false);
    world.publish("a", Frame.text("after"), undefined);
    world.flusher.settle();
    expect(texts(world, 0)).toEqual(["first", "before"]);
    expect(texts(world, 1)).toEqual(["first", "before", "after"]);
  });

  test("of a channel that makes way for another have what was published before, and what comes, once", () => {
    const world = new World({ windowBytes: "off" }, true, { maxChannels: 1 });
    world.subscribe(0, "*", true);
    const publish = (text: string) => void world.publish("a", Frame.text(text), undefined);
    publish("first");
    world.flusher.settle();
    world.invite(0);
    expect(world.readers.size).toBe(1);
    publish("before");
    expect(world.subscribe(1, "b", true)).toBe(undefined);
    expect(world.channels.list.map(({ name }) => name)).toEqual(["b"]);
    world.invite(1);
    for (const text of ["1", "2"]) publish(text);
    world.flusher.settle();
    expect(world.subscribe(1, "b", false)).toBe(undefined);
    world.subscribe(1, "a", true);
    publish("3");
    world.flusher.settle();
    expect(texts(world, 0)).toEqual(["first", "before", "1", "2", "3"]);
    expect(texts(world, 1)).toEqual(["3"]);
    expect(imbalance(world.seen(0))).toEqual({ messages: 0, bytes: 0 });
  });

  test("are none of those of whom something waits of a channel with limits", () => {
    const limits = { a: { maxMessages: 100 } };
    const world = new World({ windowBytes: "off" }, true, { limits });
    world.subscribe(0, "a", true);
    const many = Array.from({ length: 40 }, (_, at) => `${at} `.padEnd(1_000, "."));
    for (const text of many) world.publish("a", Frame.text(text), undefined);
    world.invite(0);
    expect(world.readers.size).toBe(0);
    world.publish("a", Frame.text("last"), undefined);
    world.flusher.settle();
    expect(texts(world, 0)).toEqual([...many, "last"]);
    world.invite(0);
    expect(world.readers.size).toBe(1);
  });

  test("R32 · whose messages are coalesced are given the same, taken apart, and count the same", () => {
    const texts = (accepted: ReadonlyArray<Message>) =>
      accepted.flatMap((frame) =>
        Buffer.from(bytesOf(frame as Frame))
          .toString()
          .split("\n"),
      );
    fc.assert(
      fc.property(
        configurations,
        fc.array(operation, { maxLength: 60 }),
        (configuration, steps) => {
          const settings = { ...configuration, windowBytes: "off" } as const;
          const joiner = new Coalescer({ as: "lines", maxBytes: 200 }, () => {});
          const [log, alone] = [new World(settings, true, { joiner }), new World(settings, false)];
          // Room is made for several at once: who waits is let in later than alone.
          playBoth(
            log,
            alone,
            steps.filter((one) => one.do !== "send"),
            // What is joined weighs less than alone: a quantum must not be too small for either.
            200,
          );
          for (const at of [0, 1, 2]) {
            const [ours, theirs] = [log.transports[at], alone.transports[at]];
            expect(texts(ours?.accepted ?? [])).toEqual(texts(theirs?.accepted ?? []));
          }
        },
      ),
      settings,
    );
  });

  test("R1, R7 · whose transports come under pressure lose nothing uncounted, and keep the order", () => {
    let readers = 0;
    fc.assert(
      fc.property(windowed, fc.array(operation, { maxLength: 80 }), (configuration, steps) => {
        const world = new World(configuration, true, { room: 3_000 });
        world.hasOwn = true;
        // The window of small messages is narrow.
        const most = configuration.windowBytes === 100 ? 41 : largest;
        const places = new Map<Message, number>();
        for (const step of steps) {
          const frames = framesOf(step, most);
          if (step.do !== "send") for (const frame of frames) places.set(frame, places.size);
          play(world, step, frames);
          for (const at of [0, 1, 2]) {
            const statistics = world.seen(at);
            expect(imbalance(statistics)).toEqual({ messages: 0, bytes: 0 });
            expect(statistics.buffered.messages).toBeLessThanOrEqual(configuration.maxMessages);
            expect(statistics.buffered.bytes).toBeLessThanOrEqual(configuration.maxBytes);
            expectWindow(world.connections[at] as PlainConnection<Message>, most);
          }
        }
        world.flusher.settle();
        for (const [at, transport] of world.transports.entries()) {
          const accepted = transport.accepted.filter((frame) => frame !== own);
          const { delivered } = world.seen(at);
          expect(delivered.messages).toBe(accepted.length);
          expect(delivered.bytes).toBe(accepted.reduce((sum, frame) => sum + byteLength(frame), 0));
          // An offer may overtake a sender that is being delayed.
          const order = accepted.flatMap((frame) => places.get(frame) ?? []);
          expect(order).toEqual([...new Set(order)].sort((a, b) => a - b));
        }
        readers += world.readers.size;
      }),
      settings,
    );
    expect(readers).toBeGreaterThan(settings.numRuns / 20);
  });

  const reading = () => {
    const world = new World({ windowBytes: "off" }, true);
    world.publish("everyone", Frame.text("first"), undefined);
    world.flusher.settle();
    world.invite(undefined);
    expect(world.readers.size).toBe(3);
    return world;
  };
  const texts = (world: World, at: number) =>
    world.transports[at]?.accepted.map((frame) => Buffer.from(bytesOf(frame as Frame)).toString());

  test("take what they were published into the limits of its channel when they leave", () => {
    const world = new World({ windowBytes: "off" }, true, { limits: { a: { maxMessages: 1 } } });
    world.subscribe(0, "a", true);
    world.publish("a", Frame.text("first"), undefined);
    world.flusher.settle();
    world.invite(0);
    expect(world.readers.size).toBe(1);
    for (const text of ["1", "2", "3"]) world.publish("a", Frame.text(text), undefined);
    // No room is made before the flush.
    world.members[0]?.actor.hold();
    world.connections[0]?.offer(Frame.text("own"));
    world.flusher.settle();
    expect([...(texts(world, 0) ?? [])].sort()).toEqual(["3", "first", "own"]);
    expect(world.seen(0).dropped.evicted.messages).toBe(2);
  });

  test("that are offered something while a turn goes out to all get that before what is published next", () => {
    const world = reading();
    world.broker.meanwhile = () => {
      world.broker.meanwhile = () => {};
      world.members[0]?.actor.hold();
      world.connections[0]?.offer(Frame.text("own"));
      world.publish("everyone", Frame.text("next"), undefined);
    };
    world.publish("everyone", Frame.text("1"), undefined);
    world.flusher.settle();
    expect(texts(world, 0)).toEqual(["first", "1", "own", "next"]);
    expect(texts(world, 1)).toEqual(["first", "1", "next"]);
    for (const at of [0, 1]) expect(imbalance(world.seen(at))).toEqual({ messages: 0, bytes: 0 });
  });

  test("are given what is published while a turn goes out, behind it", () => {
    for (const count of [3, 50]) {
      const world = reading();
      const sent = Array.from({ length: count }, (_, at) => `${at}`);
      let isFirst = true;
      const meanwhile = () => {
        if (!isFirst) return;
        isFirst = false;
        world.publish("everyone", Frame.text("meanwhile"), undefined);
      };
      world.broker.meanwhile = meanwhile;
      const transport = world.transports[1] as ScriptedTransport<Message>;
      const batch = transport.batch.bind(transport);
      transport.batch = (write) => {
        meanwhile();
        batch(write);
      };
      for (const text of sent) world.publish("everyone", Frame.text(text), undefined);
      world.flusher.settle();
      for (const at of [0, 1, 2]) {
        expect(texts(world, at)).toEqual(["first", ...sent, "meanwhile"]);
        expect(world.seen(at).delivered.messages).toBe(count + 2);
      }
    }
  });

  test("whose transport throws when it is looked at are cut off, and count everything once", () => {
    const world = reading();
    const transport = world.transports[0] as ScriptedTransport<Message>;
    world.publish("everyone", Frame.text("x".repeat(20_000)), undefined);
    let looks = 0;
    transport.bufferedBytes = () => {
      if (looks++ > 0) throw new Error("broken");
      return 0;
    };
    world.flusher.settle();
    const statistics = world.seen(0);
    expect(statistics.state).toBe("closed");
    expect(imbalance(statistics)).toEqual({ messages: 0, bytes: 0 });
    expect(statistics.offered.messages).toBe(2);
    expect(world.seen(1)).toMatchObject({ state: "normal", delivered: { messages: 2 } });
  });

  test("have newcomers of their channel beside them, who are given what comes, and not what came before", () => {
    const world = new World({ windowBytes: "off" }, true);
    for (const at of [0, 1]) world.subscribe(at, "a", true);
    for (const at of [0, 1]) world.invite(at);
    const publish = (text: string) => void world.publish("a", Frame.text(text), undefined);
    publish("before");
    world.flusher.settle();
    publish("just before");
    world.subscribe(2, "a", true);
    world.invite(2);
    publish("after");
    world.flusher.settle();
    expect([0, 1, 2].map((at) => texts(world, at))).toEqual([
      ["before", "just before", "after"],
      ["before", "just before", "after"],
      ["after"],
    ]);
  });

  test("that leave are not invited before they are out of their topics", () => {
    const world = reading();
    world.subscribe(0, "b", true);
    world.invite(0);
    world.flusher.settle();
    for (const text of ["1", "2"]) {
      world.publish("everyone", Frame.text(text), undefined);
      world.flusher.settle();
      world.invite(0);
    }
    expect(texts(world, 0)).toEqual(["first", "1", "2"]);
  });

  test("whose transport refuses one of many are given that and the rest by their outboxes", () => {
    const world = reading();
    const transport = world.transports[0] as ScriptedTransport<Message>;
    const send = transport.send.bind(transport);
    let sent = 0;
    transport.send = (message) => (++sent === 10 ? 2 : send(message));
    const many = Array.from({ length: 40 }, (_, at) => `${at}`);
    for (const text of many) world.publish("everyone", Frame.text(text), undefined);
    world.flusher.settle();
    for (const at of [0, 1]) expect(texts(world, at)).toEqual(["first", ...many]);
    expect(world.seen(0).delivered.messages).toBe(41);
  });

  test("whose transport throws in mid-turn count what is pending once", () => {
    const world = reading();
    world.publish("everyone", Frame.text("pending"), undefined);
    (world.transports[0] as ScriptedTransport<Message>).bufferedBytes = () => {
      throw new Error("broken");
    };
    world.members[0]?.reader?.look();
    expect(world.seen(0).offered.messages).toBe(2);
    expect(imbalance(world.seen(0))).toEqual({ messages: 0, bytes: 0 });
  });

  test("R34 · are given no more than their windows and one message past their outboxes", () => {
    const world = new World({ windowBytes: 100 }, true);
    world.publish("everyone", Frame.text("first"), undefined);
    world.flusher.settle();
    world.invite(undefined);
    expect(world.readers.size).toBe(3);
    for (let at = 0; at < 30; at++)
      world.publish("everyone", Frame.text("x".repeat(20)), undefined);
    world.flusher.settle();
    for (const connection of world.connections) {
      const { receipts, buffered, delivered } = connection.stats();
      expect(receipts.inFlight?.bytes).toBeLessThan(120);
      expect(buffered.messages + delivered.messages).toBe(31);
    }
  });

  test("whose messages cannot be made one are given each alone, and whoever hears of failures is told", () => {
    const told: Array<unknown> = [];
    const as = () => {
      throw new Error("cannot");
    };
    const joiner = new Coalescer({ as }, (error) => void told.push(error));
    const world = new World({ windowBytes: "off" }, true, { joiner });
    world.publish("everyone", Frame.text("first"), undefined);
    world.flusher.settle();
    world.invite(undefined);
    expect(world.readers.size).toBe(3);
    for (const text of ["1", "2"]) world.publish("everyone", Frame.text(text), undefined);
    world.flusher.settle();
    for (const at of [0, 1, 2]) expect(texts(world, at)).toEqual(["first", "1", "2"]);
    expect(told).toHaveLength(1);
  });
});

test.each([{}, { as: undefined }, { as: "xml" }])("%o does not say how to coalesce", (options) => {
  const made = () => new Coalescer(options as never, () => {});
  expect(made).toThrow("must be lines, json, length-prefixed, a function of texts");
});
