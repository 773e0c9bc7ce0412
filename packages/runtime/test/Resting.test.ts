/**
 * R32 on connections that rest: one whose actor is let go whenever it has nothing to do agrees, in everything that can be
 * seen of it, with one whose actor is kept.
 */
import { configuration, overflowStrategies } from "@sluice/core";
import { Event } from "@sluice/machines";
import { byteLength, Frame, type Message, type SocketTransport } from "@sluice/runtime/adapter";
import { ManualClock, ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Clock, Context } from "effect";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { elapsed } from "../src/actor/Clock.js";
import { Channels } from "../src/channels/Channels.js";
import { Member } from "../src/hub/Member.js";

type Settings = Parameters<typeof configuration>[0];

/** What is scripted of a member's transport. */
type Scripted = ScriptedTransport<Message> & Pick<SocketTransport, "topics">;

class World {
  readonly clock = new ManualClock();
  readonly flusher = new ManualFlusher();
  readonly transport: Scripted;
  readonly member: Member;
  readonly #rests: boolean;
  /** How often it has rested. */
  rests = 0;

  constructor(settings: Settings, isPinged: boolean, rests: boolean) {
    const context = Context.make(Clock.Clock, this.clock);
    const scripted = new ScriptedTransport<Message>({
      sizeOf: byteLength,
      isPinged,
      maxBackpressure: 10_000,
      room: 2_000,
    });
    this.transport = Object.assign(scripted, { topics: undefined });
    const { flusher } = this;
    const household = {
      channels: new Channels<Member>(),
      services: { context, flusher, elapsed: elapsed(undefined, context), joiner: undefined },
      lingers: () => {},
      departs: () => {},
      failed: () => {},
    };
    const transport = () => this.transport as unknown as SocketTransport;
    const opening = { configuration: configuration(settings), transport, idleTimeoutMillis: 0 };
    this.member = new Member(household, this.transport, opening);
    this.#rests = rests;
    this.member.ask();
    this.answer();
  }

  /** A client answers every ping that it has been sent. */
  answer(): void {
    for (const ping of this.transport.asked.splice(0)) this.member.pong(Buffer.from(ping));
  }

  /** A client that reads takes what is on its way, and answers. */
  read(): void {
    const { transport, member } = this;
    if (member.connection.state === "closed") return;
    const isUnderPressure = transport.bufferedBytes() > 0;
    transport.drain(50_000);
    if (isUnderPressure) member.actor.drained();
    this.answer();
  }

  /** As it is done once a second. */
  look(): void {
    const { awake, connection } = this.member;
    if (connection.state === "closed") return;
    if (awake?.receipts.askInTime()) awake.pump.standInLine();
    connection.assess();
    if (!this.#rests) return;
    this.member.rest();
    if (awake !== undefined && this.member.awake === undefined) this.rests++;
  }

  /** All but the rates of late: they are of a window that is as long, and may begin at another moment. */
  get seen() {
    const { connection } = this.member;
    const { dropRate, health, ...statistics } = connection.stats();
    const { state, fill, delayMillis } = connection;
    return { ...statistics, lifetime: dropRate.lifetime, now: { state, fill, delayMillis } };
  }
}

const bytes = fc.oneof(fc.nat({ max: 40 }), fc.integer({ min: 100, max: 3_000 }));

const operation = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("offer" as const), bytes }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("send" as const), bytes }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("flush" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("answer" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("read" as const) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant("pass" as const),
      seconds: fc.constantFrom<number>(1, 3, 11, 30),
      reads: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom("close" as const, "disconnect" as const) }),
  },
);

type Operation = typeof operation extends fc.Arbitrary<infer O> ? O : never;

function play(world: World, step: Operation, frame: Frame): unknown {
  const { member, transport, flusher, clock } = world;
  switch (step.do) {
    case "offer":
      return member.connection.offer(frame);
    case "send":
      return void member.connection.send(frame);
    case "flush":
      return flusher.settle();
    case "answer":
      return world.answer();
    case "read":
      return world.read();
    case "pass": {
      for (let left = step.seconds; left > 0; left--) {
        clock.advance(1_000);
        world.look();
        if (step.reads) world.read();
        flusher.settle();
      }
      return undefined;
    }
    case "close":
      return void member.connection.close();
    case "disconnect": {
      transport.disconnect();
      return member.actor.disconnected();
    }
    default:
      return step satisfies never;
  }
}

const settings = fc.record({
  maxMessages: fc.constantFrom(2, 10, 100),
  maxBytes: fc.constantFrom(2_000, 1_048_576),
  overflow: fc.constantFrom(...overflowStrategies),
  // Of the rungs that look the one whose time does not hang on when a window began.
  evictAgeMillis: fc.constantFrom(null, 2_000, 8_000),
  windowBytes: fc.constantFrom("adaptive" as const, "off" as const, 1_000),
  minDelayMillis: fc.constantFrom(0, 0, 300),
  maxDelayMillis: fc.constant(500),
});

const unheard = {
  onOutboxTime: () => {},
  onBatch: () => {},
  onSendWait: () => {},
  onRoundTrip: () => {},
};

describe("a connection that rests", () => {
  test("R32 · agrees with one that does not, after every operation", () => {
    let rests = 0;
    const runs = 300;
    fc.assert(
      fc.property(
        settings,
        fc.boolean(),
        fc.array(operation, { maxLength: 40, size: "max" }),
        (one, isPinged, steps) => {
          const worlds = [new World(one, isPinged, true), new World(one, isPinged, false)] as const;
          for (const [at, step] of steps.entries()) {
            const frame = Frame.text(`${at} `.padEnd("bytes" in step ? step.bytes : 0, "."));
            const [ours, theirs] = worlds.map((world) => play(world, step, frame));
            expect(ours).toEqual(theirs);
            expect(worlds[0].seen).toEqual(worlds[1].seen);
            expect(worlds[0].transport.accepted).toEqual(worlds[1].transport.accepted);
          }
          expect(worlds[0].transport.violations).toEqual([]);
          rests += worlds[0].rests;
        },
      ),
      { numRuns: runs },
    );
    expect(rests).toBeGreaterThan(runs / 3);
  });

  const pass = (world: World, seconds: number) =>
    play(world, { do: "pass", seconds, reads: true }, Frame.text(""));

  const used = (settings: Settings = {}, messages = 1) => {
    const world = new World(settings, true, true);
    // Nothing is written before the flush: no room is made.
    world.member.actor.hold();
    for (let left = messages; left > 0; left--) world.member.connection.offer(Frame.text("x"));
    world.flusher.settle();
    pass(world, 30);
    return world;
  };

  test("has an actor from its first message on, until a while after its last", () => {
    const world = new World({}, true, true);
    expect(world.member.awake).toBe(undefined);
    expect(world.seen.receipts).toMatchObject({ status: "answered" });
    expect(world.member.awake).toBe(undefined);
    world.member.connection.offer(Frame.text("x"));
    expect(world.member.awake).not.toBe(undefined);
    world.flusher.settle();
    pass(world, 9);
    expect(world.member.awake).not.toBe(undefined);
    pass(world, 20);
    expect(world.member.awake).toBe(undefined);
  });

  test("has lost nothing of late when it wakes, whatever it lost before", () => {
    const world = used({ maxMessages: 2, overflow: "drop-newest", healthWindowMillis: 1_000 }, 10);
    const { connection } = world.member;
    expect(world.rests).toBe(1);
    expect(connection.stats().dropRate).toEqual({ lifetime: 0.8, recent: 0 });
    connection.offer(Frame.text("x"));
    expect(connection.stats().dropRate.recent).toBe(0);
    expect(connection.assess()).toBe("healthy");
  });

  test("leaves no timer behind", () => {
    const settings = { healthWindowMillis: 1_000, watchdogMillis: 20_000 };
    const world = new World(settings, true, true);
    world.member.connection.offer(Frame.text("x".repeat(3_000)));
    world.flusher.settle();
    expect(world.clock.sleepers).toBe(1);
    pass(world, 3);
    expect([world.rests, world.clock.sleepers]).toEqual([1, 0]);
  });

  test("does not rest while something waits", () => {
    const world = used();
    world.member.connection.offer(Frame.text("y"));
    world.clock.advance(30_000);
    world.look();
    world.look();
    expect(world.member.awake).not.toBe(undefined);
  });

  test("is told of to whoever looks at it, after a rest as before", () => {
    const world = new World({ maxMessages: 2, overflow: "drop-newest" }, true, true);
    const { connection } = world.member;
    const heard: Array<string> = [];
    connection.observe({ onStep: (event) => void heard.push(`step ${event}`) });
    const stopSampling = connection.sample({ ...unheard, onBatch: () => void heard.push("batch") });
    connection.onClosed(({ by, acknowledged }) =>
      heard.push(`closed by ${by}, ${acknowledged.messages} acknowledged`),
    );
    let isClosed = false;
    void connection.closed.then(() => {
      isClosed = true;
    });
    pass(world, 30);
    expect([world.rests, world.member.awake, heard]).toEqual([1, undefined, []]);
    connection.offer(Frame.text("x"));
    world.flusher.settle();
    expect(heard).toEqual(["batch"]);
    pass(world, 30);
    expect(world.rests).toBe(2);
    stopSampling();
    world.member.actor.hold();
    for (const text of ["a", "b", "c"]) connection.offer(Frame.text(text));
    expect(heard.slice(1)).toContain(`step ${Event.overflow}`);
    world.flusher.settle();
    pass(world, 30);
    expect(world.rests).toBe(3);
    world.transport.disconnect();
    world.member.actor.disconnected();
    expect(heard.at(-1)).toBe("closed by peer, 3 acknowledged");
    expect(heard.filter((one) => one === "batch")).toHaveLength(1);
    return expect.poll(() => isClosed).toBe(true);
  });

  test("is looked at without an actor, whatever is asked, and shows what its actor would", () => {
    for (const world of [new World({}, true, true), new World({}, false, true), used()]) {
      const { connection } = world.member;
      const seen = () => {
        const { fill, delayMillis, stateId, state, health } = connection;
        const about = { fill, delayMillis, stateId, state, health };
        return { ...about, stats: connection.stats(), advice: connection.recommendation() };
      };
      const look = connection.look();
      const resting = seen();
      expect(look.statistics).toEqual(resting.stats);
      expect(look.recommendation).toEqual(resting.advice);
      expect(world.member.awake).toBe(undefined);
      void world.member.actor;
      expect(seen()).toEqual(resting);
      expect(connection.look()).toEqual(look);
    }
  });

  test("is observed and sampled without an actor; whoever began then is told when it has one", () => {
    for (const world of [new World({}, true, true), used()]) {
      const { connection } = world.member;
      const heard: Array<string> = [];
      const stop = connection.observe({ onStep: (event) => void heard.push(`step ${event}`) });
      connection.sample({ ...unheard, onBatch: (count) => void heard.push(`batch of ${count}`) });
      connection.observe({ onStep: () => void heard.push("never") })();
      expect(world.member.awake).toBe(undefined);
      connection.offer(Frame.text("x"));
      world.flusher.settle();
      connection.close();
      world.flusher.settle();
      stop();
      expect(heard[0]).toBe("batch of 1");
      expect(heard).toContain(`step ${Event.close}`);
      expect(heard).not.toContain("never");
    }
  });

  test("has one scope, which lives as long as it does", () => {
    const world = used();
    const { scope } = world.member.connection;
    pass(world, 30);
    expect([world.rests, world.member.connection.scope]).toEqual([2, scope]);
  });

  test("knows an answer to a ping of ours, which is nobody else's, while it rests", () => {
    const world = new World({}, true, true);
    const { transport, member } = world;
    const asked: Array<string> = [];
    const ping = transport.ping.bind(transport);
    transport.ping = (payload) => {
      asked.push(payload);
      return ping(payload);
    };
    member.connection.offer(Frame.text("x"));
    world.flusher.settle();
    pass(world, 30);
    expect([world.rests, member.awake]).toEqual([1, undefined]);
    const [latest = ""] = asked.slice(-1);
    expect(member.pong(Buffer.from(latest))).toBe(true);
    expect(member.pong(Buffer.from(latest.replace(/.$/, "x")))).toBe(false);
  });

  test("is told of what a client answers for the second time, and wakes for nothing else", () => {
    const world = used();
    expect(world.member.pong(Buffer.from("theirs"))).toBe(false);
    expect(world.member.awake).toBe(undefined);
  });
});
