/** What is kept of a channel, within its bounds and a server's memory. */
import { ConfigurationError, Elapsed } from "@sluice/core";
import { Frame } from "@sluice/runtime/adapter";
import { ManualFlusher } from "@sluice/runtime/testing";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { MemoryBudget } from "../src/budget/MemoryBudget.js";
import { Channels } from "../src/channels/Channels.js";
import { CatchUp } from "../src/history/CatchUp.js";
import { channelRequest } from "../src/history/ChannelRequest.js";
import { History } from "../src/history/History.js";
import { type HistoryLimit, HistoryLimits } from "../src/history/HistoryOptions.js";
import { Log } from "../src/history/Log.js";
import type { Past } from "../src/history/Past.js";
import { placeOf, type Resumption } from "../src/history/Resumption.js";
import { Wire } from "../src/history/Wire.js";

const large = { maxMessages: 1_000, maxBytes: 1_000_000, maxAgeMillis: 1_000 };

test("a log keeps the latest within all of its bounds, and weighs what it keeps", () => {
  const bounds = fc.record({
    maxMessages: fc.integer({ min: 1, max: 20 }),
    maxBytes: fc.integer({ min: 1, max: 60 }),
    maxAgeMillis: fc.integer({ min: 1, max: 50 }),
  });
  const steps = fc.array(fc.record({ size: fc.nat(12), millis: fc.nat(9) }), { maxLength: 80 });
  fc.assert(
    fc.property(bounds, steps, (given, all) => {
      let held = 0;
      const scales = {
        hold: (_: unknown, bytes: number) => {
          held += bytes;
        },
        release: (_: unknown, bytes: number) => {
          held -= bytes;
        },
      };
      const log = new Log({ epoch: "e", position: 1 }, given, scales);
      let now = 0;
      const published: Array<{ readonly size: number; readonly at: number }> = [];
      for (const { size, millis } of all) {
        now += millis;
        published.push({ size, at: now });
        log.append(Frame.text("x".repeat(size)), now);
        // From the latest back, as long as nothing is exceeded.
        let [from, bytes] = [published.length, 0];
        for (; from > 0; from--) {
          const one = published[from - 1] as (typeof published)[number];
          bytes += one.size;
          const isTooOld = one.at < now - given.maxAgeMillis;
          const count = published.length - from + 1;
          if (isTooOld || bytes > given.maxBytes || count > given.maxMessages) break;
        }
        // What has gone does not come again when a large one goes after it.
        expect(log.first).toBeGreaterThanOrEqual(from + 1);
        expect(log.last).toBe(published.length);
        expect(log.length).toBeLessThanOrEqual(given.maxMessages);
        expect(log.bytes).toBeLessThanOrEqual(given.maxBytes);
        expect(held).toBe(log.bytes);
        const kept = log.read(0, { maxMessages: 1_000, maxBytes: 1_000 });
        expect(kept.map(({ position }) => position)).toEqual(
          Array.from({ length: log.length }, (_, at) => log.first + at),
        );
        expect(kept.map(({ frame }) => frame.byteLength)).toEqual(
          published.slice(log.first - 1).map(({ size: bytesOfOne }) => bytesOfOne),
        );
      }
    }),
  );
});

test("a read is bounded in messages and bytes, but has one message if there is any", () => {
  const log = new Log({ epoch: "e", position: 1 }, large, undefined);
  for (let at = 0; at < 10; at++) log.append(Frame.text("xxxxx"), 0);
  const positions = (after: number, maxMessages: number, maxBytes: number) =>
    log.read(after, { maxMessages, maxBytes }).map(({ position }) => position);
  expect(positions(3, 2, 1_000)).toEqual([4, 5]);
  expect(positions(3, 100, 16)).toEqual([4, 5, 6]);
  expect(positions(9, 1, 1)).toEqual([10]);
  expect(positions(10, 9, 9)).toEqual([]);
});

interface Parts {
  readonly limits?: Record<string, HistoryLimit>;
  readonly maxChannels?: number;
  readonly budget?: MemoryBudget;
  readonly clock?: { millis: number };
}

function historyOf({
  limits = { "**": {} },
  maxChannels = 10,
  budget,
  clock = { millis: 0 },
}: Parts) {
  return new History({
    limits: new HistoryLimits(limits),
    maxChannels,
    wire: new Wire(),
    budget,
    now: new Elapsed(() => clock.millis),
  });
}

test("histories together are at most half of the budget, in which a shared message is once", () => {
  const budget = new MemoryBudget(2 ** 20, new ManualFlusher());
  const history = historyOf({
    budget,
    limits: { "**": { maxBytes: 2 ** 30, maxMessages: 2 ** 20 } },
  });
  let most = 0;
  for (let at = 0; at < 400; at++) {
    const frame = history.append(`c.${at % 3}`, JSON.stringify("x".repeat(5_000)));
    const before = budget.bytes;
    budget.hold(frame, frame.byteLength);
    expect(budget.bytes - before).toBe(64);
    budget.release(frame, frame.byteLength);
    most = Math.max(most, budget.bytes);
  }
  // Each payload has 192 bytes of its own besides.
  expect(most).toBeLessThan(2 ** 19 + 400 * 192);
  expect(most).toBeGreaterThan(2 ** 18);
  for (let at = 0; at < 3; at++) expect(history.past(`c.${at}`).first).toBeGreaterThan(10);
});

test("what is too old cannot be had any more, though nothing is published", () => {
  const clock = { millis: 0 };
  const history = historyOf({ clock, limits: { a: { maxAgeMillis: 100 } } });
  history.append("a", "1");
  clock.millis = 100;
  expect(history.past("a")).toMatchObject({ first: 1, last: 1 });
  clock.millis = 101;
  expect(history.past("a")).toMatchObject({ first: 2, last: 1 });
});

test("one channel more than there may be costs the log that was published on least lately, whose epoch never comes again", () => {
  const history = historyOf({ maxChannels: 2 });
  const before = history.past("a").epoch;
  history.append("a", "1");
  expect(history.past("a").epoch).toBe(before);
  history.append("b", "1");
  history.append("a", "2");
  history.append("c", "1");
  expect(history.past("a")).toMatchObject({ epoch: before, last: 2 });
  expect(history.past("b").last).toBe(0);
  history.append("b", "1");
  expect(history.past("b").epoch).not.toBe(before);
});

test("a message is in its envelope as JSON if it is that, else as text; bytes are refused, and take no position", () => {
  const history = historyOf({});
  const read = (frame: Frame) => JSON.parse(Buffer.from(frame.data).toString());
  const { epoch } = history.past("a.b");
  const text = '1},"position":9';
  expect(read(history.append("a.b", '{"n":1}'))).toEqual({
    channel: "a.b",
    epoch,
    position: 1,
    data: { n: 1 },
  });
  expect(read(history.append("a.b", text))).toEqual({
    channel: "a.b",
    epoch,
    position: 2,
    data: text,
  });
  expect(() => history.append("a.b", new Uint8Array(3))).toThrow("need a channels.wire");
  expect(() => history.append("a.b", 5 as never)).toThrow(TypeError);
  expect(read(history.append("a.b", Frame.text('"é"')))).toMatchObject({ position: 3, data: "é" });
});

test("options of histories that are not valid are refused, by name", () => {
  expect(() => new HistoryLimits({ "a..b": {} })).toThrow(ConfigurationError);
  expect(() => new HistoryLimits({ a: { maxBytes: 0 } })).toThrow("maxBytes");
  expect(() => new HistoryLimits({ a: { maxAge: 1 } as never })).toThrow("maxAge");
  expect(() => new Channels({ wire: { message: () => "" } as never })).toThrow("notice");
  expect(() => new Channels({ history: [] as never })).toThrow("history");
});

test("a place is an epoch and a position, or nothing", () => {
  expect(placeOf({ channel: "a" })).toBeUndefined();
  expect(placeOf({ channel: "a", epoch: "e", position: 0 })).toEqual({ epoch: "e", position: 0 });
  const wrong: ReadonlyArray<[unknown, string]> = [
    [{ channel: "a.*" }, "channel"],
    [{ channel: "a", epoch: "e" }, "is nothing alone"],
    [{ channel: "a", position: 1 }, "is nothing alone"],
    [{ channel: "a", epoch: "", position: 1 }, "epoch"],
    [{ channel: "a", epoch: "e", position: 1.5 }, "position"],
    [{ channel: "a", epoch: "e", position: -1 }, "position"],
    [new Map(), "plain object"],
  ];
  for (const [given, rule] of wrong) expect(() => placeOf(given as Resumption)).toThrow(rule);
});

test("what a client says that is no request for a channel is none", () => {
  const subscribe = { type: "subscribe", channel: "a.b" };
  const place = { ...subscribe, epoch: "e", position: 3 };
  const read = [
    [subscribe, { ...subscribe, from: { channel: "a.b" } }],
    [place, { ...subscribe, from: { channel: "a.b", epoch: "e", position: 3 } }],
    [
      { type: "unsubscribe", channel: "a" },
      { type: "unsubscribe", channel: "a" },
    ],
  ];
  for (const [given, request] of read) {
    expect(channelRequest(JSON.stringify(given))).toEqual(request);
    expect(channelRequest(new TextEncoder().encode(JSON.stringify(given)))).toEqual(request);
  }
  const others = [
    {},
    [],
    null,
    5,
    "x",
    { ...subscribe, channel: "a.*" },
    { ...place, position: "3" },
  ];
  for (const given of [
    ...others,
    { ...subscribe, epoch: "e" },
    { type: "publish", channel: "a" },
  ]) {
    expect(channelRequest(JSON.stringify(given))).toBeUndefined();
  }
  for (const text of ["", "{", "hello"]) expect(channelRequest(text)).toBeUndefined();
  expect(channelRequest(new Uint8Array([0xff, 0xfe]))).toBeUndefined();
  fc.assert(fc.property(fc.string(), (text) => channelRequest(text) === undefined));
});

test("R40 · a past that is read later is caught up with too, and one that has less than it says ends it", async () => {
  const taken: Array<string> = [];
  const errors: Array<unknown> = [];
  const latecomer = {
    isOpen: true,
    take: (frame: Frame) => {
      taken.push(Buffer.from(frame.data).toString());
      return { _tag: "Accepted", evicted: 0 } as const;
    },
    roomFor: () => ({ messages: 2, bytes: 100, isEmpty: true }),
    onError: (error: unknown) => void errors.push(error),
  };
  const history = historyOf({});
  const past: { -readonly [K in keyof Past]: Past[K] } = {
    epoch: "e",
    first: 1,
    last: 5,
    read: async (after, { maxMessages }) => {
      await new Promise((resolve) => setImmediate(resolve));
      const rest = [1, 2, 3, 4, 5, 6].filter((position) => position > after).slice(0, maxMessages);
      // One more is published while it is read.
      past.last = 6;
      return rest.map((position) => ({ position, frame: Frame.text(`${position}`) }));
    },
  };
  onTestFinished(() => expect(errors).toHaveLength(1));
  Object.assign(history, { past: () => past });
  let joins = 0;
  const parts = {
    channel: "a",
    limits: undefined,
    history,
    latecomer,
    join: () => void joins++,
    waits: () => {},
    ended: () => {},
  };
  const catchUp = new CatchUp(parts, { epoch: "e", position: 1 });
  catchUp.step();
  expect(await catchUp.done).toEqual({ isLive: true, replayed: 5, gaps: [] });
  expect(taken).toEqual(["2", "3", "4", "5", "6"]);
  expect(joins).toBe(1);
  past.read = () => [];
  const broken = new CatchUp(parts, { epoch: "e", position: 1 });
  broken.step();
  expect(await broken.done).toMatchObject({ isLive: false, replayed: 0 });
});
