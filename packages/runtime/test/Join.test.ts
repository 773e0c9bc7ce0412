/** Who joins a channel with a snapshot: what it is given, how much is read of its source, and every end of that. */
import { ConfigurationError } from "@sluice/core";
import { ChannelError, SnapshotError, type SnapshotSource } from "@sluice/runtime/adapter";
import { Effect, Stream } from "effect";
import { describe, expect, test } from "vitest";
import { ChannelWorld } from "./ChannelWorld.js";
import { AskedSource, numbers, SnapshotWorld, turn } from "./SnapshotWorld.js";

const channel = "a.b";

async function* rows(from: number, to: number) {
  for (const row of numbers(from, to, "row ")) yield row;
}

const sources: Readonly<Record<string, () => SnapshotSource>> = {
  array: () => numbers(1, 3, "row "),
  "async iterable": () => rows(1, 3),
  "web stream": () =>
    new ReadableStream<string>({
      start: (controller) => {
        for (const row of numbers(1, 3, "row ")) controller.enqueue(row);
        controller.close();
      },
    }),
  "Stream of Effect": () => Stream.fromIterable(numbers(1, 3, "row ")),
  "function of one": () => () => rows(1, 3),
  "function of a promise of one": () => async () => rows(1, 3),
};

test.each(Object.keys(sources))(
  "R47 · a snapshot from a %s, then what was published since",
  async (name) => {
    const world = new SnapshotWorld();
    world.publish("before");
    const joined = world.connection.join(channel, { snapshot: sources[name]?.() ?? [] });
    world.publish("live 1");
    expect(world.connection.subscriptions).toEqual([channel]);
    expect(world.hub.publisher.subscribers(channel)).toBe(1);
    expect(await joined).toEqual({ isLive: true, sent: 3 });
    world.publish("live 2");
    expect(await world.reads()).toEqual([...numbers(1, 3, "row "), "live 1", "live 2"]);
    expect(world.connection.subscriptions).toEqual([channel]);
    expect(world.errors).toEqual([]);
    expect(world.balanced().offered.messages).toBe(5);
  },
);

test("the cut is the call: a function is called in it, and sees what was published before", async () => {
  const world = new SnapshotWorld();
  const state: Array<string> = [];
  const publish = (text: string) => {
    state.push(text);
    world.publish(text);
  };
  publish("1");
  const joined = world.connection.join(channel, { snapshot: () => [...state] });
  publish("2");
  await joined;
  publish("3");
  expect(await world.reads()).toEqual(["1", "2", "3"]);
});

test("what its connection had taken before goes out first, of the channel too, and nothing twice", async () => {
  const world = new SnapshotWorld({ channels: { limits: { "a.*": { maxMessages: 5 } } } }, 0);
  world.connection.offer("stuck");
  await turn();
  world.connection.subscribe(channel);
  for (const text of numbers(1, 3, "old ")) world.publish(text);
  world.connection.offer("welcome");
  const joined = world.connection.join(channel, { snapshot: rows(1, 3) });
  for (const text of numbers(1, 3, "live ")) world.publish(text);
  const received = await world.reads(30);
  expect(await joined).toEqual({ isLive: true, sent: 3 });
  const own = ["stuck", "welcome"];
  const ofChannel = [...numbers(1, 3, "old "), ...numbers(1, 3, "row "), ...numbers(1, 3, "live ")];
  expect(received.filter((text) => !own.includes(text))).toEqual(ofChannel);
  expect(received.indexOf("welcome")).toBeLessThan(received.indexOf("row 1"));
});

test("the source is asked only while there is room below the first mark, and live messages wait apart", async () => {
  const configuration = { maxMessages: 20, overflow: "drop-oldest" as const };
  const world = new SnapshotWorld(
    { configuration, channels: { limits: { "a.*": { maxMessages: 5 } } } },
    0,
  );
  world.connection.offer("stuck");
  await turn();
  let read = 0;
  const snapshot = function* () {
    for (const row of numbers(1, 100, "row ")) {
      read++;
      yield row;
    }
  };
  const joined = world.connection.join(channel, { snapshot });
  await turn();
  // The first mark is at 14 messages of 20.
  expect(read).toBe(13);
  for (const text of numbers(1, 12, "live ")) world.publish(text);
  // Other traffic of the connection loses none of the snapshot.
  for (const text of numbers(1, 50, "other ")) world.connection.offer(text);
  expect(world.connection.stats().dropped.evicted.messages).toBe(7 + 30);
  const received = await world.reads(200);
  expect(await joined).toEqual({ isLive: true, sent: 100 });
  const mine = received.filter((text) => /row|live/.test(text));
  expect(mine).toEqual([...numbers(1, 100, "row "), ...numbers(8, 12, "live ")]);
  world.balanced();
});

describe("its source", () => {
  const failing = async (world: SnapshotWorld, snapshot: SnapshotSource) => {
    const joined = world.connection.join(channel, { snapshot });
    world.publish("live");
    const error = await joined.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(SnapshotError);
    expect(world.errors).toEqual([error]);
    expect(world.connection.subscriptions).toEqual([]);
    expect(world.hub.publisher.channels).toEqual([]);
    world.publish("later");
    return error as SnapshotError;
  };

  test("that fails is told; what was read goes out, what was held is dropped, and it is not subscribed", async () => {
    const [world, no] = [new SnapshotWorld(), new Error("no")];
    const snapshot = async function* () {
      yield* rows(1, 2);
      throw no;
    };
    expect(await failing(world, snapshot)).toMatchObject({
      reason: "source-failed",
      channel,
      sent: 2,
      cause: no,
    });
    expect(await world.reads()).toEqual(["row 1", "row 2"]);
    expect(world.balanced().dropped.closed.messages).toBe(1);
  });

  const no = new Error("no");
  const throws = () => {
    throw no;
  };
  const wrong: Readonly<Record<string, readonly [SnapshotSource, string, unknown?]>> = {
    "a function that throws": [throws, "source-failed", no],
    "a function that rejects": [() => Promise.reject(no), "source-failed", no],
    "a function of no source": [() => "text" as never, "no-source"],
    "an iterable that throws": [{ [Symbol.iterator]: throws }, "source-failed", no],
    "an iterator that throws": [
      { [Symbol.iterator]: () => ({ next: throws }) },
      "source-failed",
      no,
    ],
    "a Stream that fails": [Stream.fail(no), "source-failed", no],
    "what is no message": [[1 as never], "not-a-message"],
    "a message that is too large": [["x".repeat(101)], "too-large"],
  };

  test.each(Object.keys(wrong))("%s is a SnapshotError that says so", async (name) => {
    const [snapshot, reason, cause] = wrong[name] as (typeof wrong)[string];
    const world = new SnapshotWorld({ configuration: { maxBytes: 100 } });
    const error = await failing(world, snapshot);
    expect(error).toMatchObject({ reason, channel, sent: 0 });
    if (cause !== undefined) expect(error.cause).toBe(cause);
    expect(error.message).toContain("the snapshot of channel a.b ended after 0 messages: ");
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ _tag: "SnapshotError", reason });
    expect(await world.reads()).toEqual([]);
    world.balanced();
  });

  test("that is none, and a channel that cannot be joined, change nothing", () => {
    const world = new SnapshotWorld({ channels: { maxSubscriptions: 2 } });
    const { connection } = world;
    const refused = (options: unknown) =>
      expect(() => connection.join(channel, options as never)).toThrow(ConfigurationError);
    for (const snapshot of [undefined, null, 1, "text", new Uint8Array(1), {}])
      refused({ snapshot });
    for (const options of [undefined, null, "text", { snapshot: [], more: 1 }]) refused(options);
    const because = (reason: string, name: string) =>
      expect(() => connection.join(name, { snapshot: throws })).toThrow(
        expect.objectContaining({ reason, _tag: "ChannelError" }) as ChannelError,
      );
    because("bad-name", "a.*");
    connection.subscribe("a.*");
    because("has-pattern", channel);
    connection.unsubscribe("a.*");
    for (const name of ["one", "two"]) connection.subscribe(name);
    because("too-many-subscriptions", channel);
    expect(connection.subscriptions).toEqual(["one", "two"]);
    expect(world.hub.publisher.channels.length).toBe(2);
  });

  test("is let go when nobody reads on: by unsubscribe, a second join, a resume and the end", async () => {
    const history = { "a.*": {} };
    const enders: ReadonlyArray<readonly [number, (world: SnapshotWorld) => unknown]> = [
      [0, ({ connection }) => expect(connection.unsubscribe(channel)).toBe(true)],
      [1, ({ connection }) => connection.join(channel, { snapshot: [] })],
      [1, ({ connection }) => connection.resume({ channel })],
      [0, ({ connection }) => void connection.close()],
      [0, ({ connection }) => connection.evict()],
      [0, (world) => world.vanish()],
    ];
    for (const [subscriptions, end] of enders) {
      const world = new SnapshotWorld({ channels: { history } });
      const source = new AskedSource();
      const joined = world.connection.join(channel, { snapshot: source });
      await source.gives("row 1");
      await turn();
      world.publish("live");
      await end(world);
      expect(await joined).toEqual({ isLive: false, sent: 1 });
      expect(source.returned).toBe(1);
      await source.gives("row 2");
      expect(source.asked).toBe(2);
      await turn();
      expect(world.received.filter((text) => /row|"live"/.test(text))).toEqual(["row 1"]);
      expect(world.connection.subscriptions.length).toBe(subscriptions);
      expect(world.balanced().dropped.closed.messages).toBe(1);
      expect(world.errors).toEqual([]);
    }
  });

  test("of the web is cancelled, and of Effect interrupted, though it is in the midst of something", async () => {
    const ended: Array<string> = [];
    const web = new ReadableStream<string>({
      pull: () => new Promise(() => {}),
      cancel: () => void ended.push("web"),
    });
    const finalizer = Effect.sync(() => ended.push("effect"));
    const effect = Stream.fromEffect(Effect.never).pipe(Stream.ensuring(finalizer));
    for (const snapshot of [web, effect] as ReadonlyArray<SnapshotSource>) {
      const world = new SnapshotWorld();
      const joined = world.connection.join(channel, { snapshot });
      await turn();
      world.connection.unsubscribe(channel);
      expect((await joined).isLive).toBe(false);
      for (let left = 20; left > 0; left--) await turn();
      expect(world.errors).toEqual([]);
    }
    expect(ended).toEqual(["web", "effect"]);
  });

  test("that was promised is let go when it comes too late", async () => {
    const world = new SnapshotWorld();
    const source = new AskedSource();
    let give = (_: AskedSource) => {};
    const promised = new Promise<AskedSource>((resolve) => {
      give = resolve;
    });
    const joined = world.connection.join(channel, { snapshot: () => promised });
    world.connection.unsubscribe(channel);
    give(source);
    await joined;
    await turn();
    expect([source.asked, source.returned]).toEqual([0, 1]);
  });

  test("may do what leads back to it, or ends it", async () => {
    const world = new ChannelWorld({}, {}, Number.POSITIVE_INFINITY);
    const { member } = world;
    const { connection } = member;
    const leadsBack = function* () {
      member.actor.assess();
      yield "row";
    };
    const joined = connection.join(channel, { snapshot: async () => leadsBack() });
    await turn();
    world.flusher.settle();
    expect(await joined).toEqual({ isLive: true, sent: 1 });
    const ends = function* () {
      world.publish(channel, "live");
      yield "row";
      connection.unsubscribe(channel);
      yield "never";
    };
    const ended = connection.join(channel, { snapshot: ends });
    expect(await ended).toEqual({ isLive: false, sent: 1 });
  });

  test("that ends its own join is let go when it has given what it was asked for", async () => {
    const world = new SnapshotWorld();
    let letGo = 0;
    const ends = function* () {
      try {
        world.connection.unsubscribe(channel);
        yield "row";
      } finally {
        letGo++;
      }
    };
    expect((await world.connection.join(channel, { snapshot: ends })).isLive).toBe(false);
    expect([letGo, world.errors]).toEqual([1, []]);
  });

  test("that has ended or thrown is let go by nobody else", async () => {
    for (const next of [
      () => ({ done: true, value: undefined }) as const,
      () => {
        throw new Error("no");
      },
    ]) {
      let returned = 0;
      const iterator: IterableIterator<string> = {
        next,
        return: () => {
          returned++;
          return { done: true, value: undefined };
        },
        [Symbol.iterator]: () => iterator,
      };
      const world = new SnapshotWorld({}, 0);
      world.connection.offer("first");
      const joined = world.connection.join(channel, { snapshot: iterator }).catch(() => {});
      await world.reads(1);
      world.vanish();
      await joined;
      expect(returned).toBe(0);
    }
  });

  test("that is given to a connection that has closed is let go", async () => {
    const world = new SnapshotWorld();
    world.vanish();
    let cancelled = 0;
    const snapshot = new ReadableStream<string>({ cancel: () => void cancelled++ });
    expect(await world.connection.join(channel, { snapshot })).toEqual({ isLive: false, sent: 0 });
    expect(cancelled).toBe(1);
  });
});

test("R47 · at the budget no row is let go: its connection is closed, and the join says so", async () => {
  const world = new SnapshotWorld({ maxTotalBytes: 2 ** 20 }, 0);
  const { connection } = world;
  connection.offer("first");
  await turn();
  const rows = numbers(1, 40, "row ").map((row) => row.padEnd(20_000, "."));
  const joined = connection.join(channel, { snapshot: rows });
  await turn();
  const others = Array.from({ length: 30 }, () => world.another());
  for (let turns = 20; turns > 0; turns--) {
    for (const other of others) other.offer("x".repeat(2_000));
    await turn();
  }
  await world.reads(100);
  expect([(await joined).isLive, connection.state]).toEqual([false, "closed"]);
  world.balanced();
});

test("a row that is undefined is no message, as null is none", async () => {
  for (const row of [undefined, null]) {
    const snapshot = ["row 1", row as unknown as string];
    const joined = new SnapshotWorld().connection.join(channel, { snapshot });
    await expect(joined).rejects.toMatchObject({ reason: "not-a-message", sent: 1 });
  }
});

test("limits of a channel that change hold for what is held back too", async () => {
  const limits = { "a.*": { maxMessages: 1_000 } };
  const world = new SnapshotWorld({ channels: { limits } }, 0);
  world.connection.offer("first");
  void world.connection.join(channel, { snapshot: ["row"] });
  world.hub.publisher.limit("a.*", { maxMessages: 2 });
  for (const text of numbers(1, 50)) world.publish(text);
  await turn();
  expect(world.connection.stats().buffered.messages).toBeLessThanOrEqual(3);
  world.balanced();
});

test("whoever a message is not for does not get it after its snapshot", async () => {
  const world = new SnapshotWorld({ channels: { history: { "a.*": {} } } });
  const { connection } = world;
  const joined = connection.join(channel, { snapshot: rows(1, 1) });
  expect(world.publish("1", channel, { except: connection }).accepted).toBe(0);
  expect(world.publish("2").accepted).toBe(1);
  await joined;
  const [row, notice, live] = await world.reads();
  expect(row).toBe("row 1");
  expect(JSON.parse(notice as string)).toEqual({ channel, epoch: expect.any(String), position: 1 });
  expect(JSON.parse(live as string)).toMatchObject({ position: 2, data: 2 });
});

test("of a key only the newest is held, and what is lost of a topic is told in its place", async () => {
  const options = {
    gaps: true,
    channels: { limits: { "a.*": { maxMessages: 3, overflow: "drop-newest" as const } } },
  };
  const world = new SnapshotWorld(options);
  const source = new AskedSource();
  const joined = world.connection.join(channel, { snapshot: source });
  for (const text of numbers(1, 5, "price ")) world.publish(text, channel, { key: "eur" });
  for (const text of numbers(1, 5, "order ")) world.publish(text, channel, { topic: "orders" });
  await source.gives("row");
  // Nothing is told before what it is told behind.
  expect(await world.reads(3)).toEqual(["row"]);
  await source.ends();
  await joined;
  const gap = { type: "gap", topic: "orders", first: 3, last: 5, count: 3, reasons: { full: 3 } };
  const live = ["price 5", "order 1", "order 2", JSON.stringify(gap)];
  expect(await world.reads()).toEqual(["row", ...live]);
  const { dropped, rejected } = world.balanced();
  expect([dropped.conflated.messages, rejected.full.messages]).toEqual([4, 3]);
});

test("a pattern of a channel that is on its way is refused, and the channel itself is nothing new", async () => {
  const world = new SnapshotWorld();
  const source = new AskedSource();
  const joined = world.connection.join(channel, { snapshot: source });
  expect(world.connection.subscribe(channel)).toBe(false);
  expect(() => world.connection.subscribe("a.*")).toThrow(ChannelError);
  await source.ends();
  expect(await joined).toEqual({ isLive: true, sent: 0 });
  expect(world.connection.subscribe("a.*")).toBe(true);
});

test("a connection that has closed joins nothing, and its source is not asked", async () => {
  const world = new SnapshotWorld();
  world.vanish();
  const snapshot = new AskedSource();
  expect(await world.connection.join(channel, { snapshot })).toEqual({ isLive: false, sent: 0 });
  expect(snapshot.asked).toBe(0);
});

test("one that closes in order is given what was read of the snapshot, and nothing that was held", async () => {
  const world = new SnapshotWorld({}, 0);
  world.connection.offer("stuck");
  await turn();
  const joined = world.connection.join(channel, { snapshot: rows(1, 3) });
  await turn();
  world.publish("live");
  const closed = world.connection.close();
  expect(await world.reads()).toEqual(["stuck", ...numbers(1, 3, "row ")]);
  expect((await joined).isLive).toBe(false);
  await closed;
  expect(world.balanced().dropped.closed.messages).toBe(1);
});

test("what is subscribed meanwhile may leave no place for it: then it is not joined", async () => {
  const world = new SnapshotWorld({ channels: { maxSubscriptions: 1 } });
  const source = new AskedSource();
  const joined = world.connection.join(channel, { snapshot: source });
  world.connection.subscribe("other");
  await source.ends();
  await expect(joined).rejects.toMatchObject({
    reason: "not-subscribed",
    cause: expect.any(ChannelError),
  });
  expect(world.connection.subscriptions).toEqual(["other"]);
});

test("what was read and has not gone out is dropped with it by unsubscribe, and counted", async () => {
  const world = new SnapshotWorld({}, 0);
  world.connection.offer("stuck");
  await turn();
  const joined = world.connection.join(channel, { snapshot: numbers(1, 3, "row ") });
  world.connection.unsubscribe(channel);
  expect(await joined).toEqual({ isLive: false, sent: 3 });
  expect(await world.reads()).toEqual(["stuck"]);
  expect(world.balanced().dropped.closed.messages).toBe(3);
});

test("what waits of a snapshot stays below the first mark in bytes too, but for one that is larger", async () => {
  const world = new SnapshotWorld({ configuration: { maxBytes: 1_000 } }, 0);
  world.connection.offer("stuck");
  await turn();
  const snapshot = ["a".repeat(300), "b".repeat(300), "c".repeat(300), "d".repeat(900)];
  const joined = world.connection.join(channel, { snapshot });
  expect(world.connection.stats().buffered.bytes).toBe(600);
  expect(await world.reads(20)).toEqual(["stuck", ...snapshot]);
  expect(await joined).toEqual({ isLive: true, sent: 4 });
});

test("a connection does not rest while something is held back for it", async () => {
  const world = new ChannelWorld({}, {}, Number.POSITIVE_INFINITY);
  const { member, clock } = world;
  const rests = () => {
    for (let left = 5; left > 0; left--) {
      clock.advance(60_000);
      member.awake?.assess();
      world.flusher.settle();
    }
    member.rest();
    return member.awake === undefined;
  };
  const source = new AskedSource();
  const joined = member.connection.join(channel, { snapshot: source });
  world.publish(channel, "live");
  expect(rests()).toBe(false);
  await source.ends();
  world.flusher.settle();
  expect((await joined).isLive).toBe(true);
  expect(world.received).toEqual(["live"]);
  expect(rests()).toBe(true);
});

test("a client that is closed in order is told what of a topic was held back and does not come", async () => {
  const world = new SnapshotWorld({ gaps: true });
  void world.connection.join(channel, { snapshot: new AskedSource() });
  world.publish("order", channel, { topic: "orders" });
  void world.connection.close();
  const gap = { type: "gap", topic: "orders", first: 1, last: 1, count: 1, reasons: { closed: 1 } };
  expect(await world.reads()).toEqual([JSON.stringify(gap)]);
});
