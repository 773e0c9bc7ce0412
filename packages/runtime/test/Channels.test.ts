/** The channels of a server against a plain list of who wanted what. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Listener } from "../src/channels/Audience.js";
import { checkName, checkPattern, matcher } from "../src/channels/ChannelName.js";
import { Channels } from "../src/channels/Channels.js";

const open = (isOpen = true): Listener => ({
  isOpen,
  reader: undefined,
  take: () => ({ _tag: "Accepted", evicted: 0 }),
});

describe("a pattern", () => {
  test.each([
    ["a", ["a"], ["b", "a.a", "A"]],
    ["a.*", ["a.b", "a.ü", "a.-_:"], ["a", "a.b.c", "b.a"]],
    ["*.b", ["a.b"], ["b", "a.b.c"]],
    ["a.**", ["a", "a.b", "a.b.c"], ["b", "aa", "b.a"]],
    ["**", ["a", "a.b"], []],
    ["a.**.d", ["a.d", "a.b.d", "a.b.c.d"], ["a", "a.b"]],
    ["*.*", ["a.b"], ["a", "a.b.c"]],
    ["*.**", ["a", "a.b", "a.b.c"], []],
    ["a.*.**", ["a.b", "a.b.c"], ["a", "b.a"]],
    ["**.a.**.b", ["a.b", "c.a.b", "a.c.b", "a.b.a.b"], ["a", "b", "b.a"]],
  ])("%s has these channels and not those", (pattern, those, others) => {
    checkPattern(pattern);
    const matches = matcher(pattern);
    for (const name of [...those, ...others]) checkName(name);
    expect(those.filter(matches)).toEqual(those);
    expect(others.filter(matches)).toEqual([]);
  });

  test("costs no more than its parts times those of a name, whoever has chosen it", () => {
    const pattern = Array(40).fill("**.a").join(".");
    const name = `${Array(99).fill("a").join(".")}.b`;
    checkPattern(pattern);
    checkName(name);
    expect(matcher(pattern)(name)).toBe(false);
  });

  // What means something to shells means nothing here.
  test.each(["a{b,c}", "[ab]", "!a", "a?", "+(a)", "a.***", "a.b*", "/", "\\\\a"])(
    "%s is none",
    (pattern) => {
      expect(() => checkPattern(pattern)).toThrow(
        "must be a channel's name, of which parts may be *",
      );
    },
  );
});

const part = fc.constantFrom("a", "b", "c");
const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("."));
const wish = fc
  .array(fc.constantFrom("a", "b", "c", "*", "**"), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join("."));
const who = fc.nat({ max: 3 });
const step = fc.oneof(
  fc.record({ do: fc.constant("subscribe" as const), who, wish }),
  fc.record({ do: fc.constant("unsubscribe" as const), who, wish }),
  fc.record({ do: fc.constant("forget" as const), who }),
  fc.record({ do: fc.constant("look" as const), name }),
);

test("whoever wants a channel is its subscriber, once, whatever was wanted and given back before", () => {
  const runs = fc.property(
    fc.array(step, { maxLength: 60 }),
    fc.integer({ min: 1, max: 30 }),
    (steps, maxChannels) => {
      const subscribers = [open(), open(), open(), open()];
      const channels = new Channels({ maxChannels, maxSubscriptions: 4 });
      const wanted = subscribers.map(() => new Set<string>());
      const wants = (at: number, channel: string) =>
        [...(wanted[at] ?? [])].some((one) => matcher(one)(channel));
      for (const one of steps) {
        const at = "who" in one ? one.who : 0;
        const subscriber = subscribers[at] as (typeof subscribers)[number];
        if (one.do === "look") {
          const expected = subscribers.filter((_, index) => wants(index, one.name));
          const found = channels.audienceOf(one.name).everyone;
          expect(new Set(found)).toEqual(new Set(expected));
          expect(found).toHaveLength(expected.length);
        } else if (one.do === "subscribe") {
          const before = channels.of(subscriber);
          try {
            expect(channels.subscribe(subscriber, one.wish)).toBe(!wanted[at]?.has(one.wish));
            wanted[at]?.add(one.wish);
          } catch (error) {
            expect(error).toHaveProperty("_tag", "ChannelError");
            expect(channels.of(subscriber)).toEqual(before);
          }
        } else if (one.do === "unsubscribe") {
          expect(channels.unsubscribe(subscriber, one.wish)).toBe(
            Boolean(wanted[at]?.delete(one.wish)),
          );
        } else {
          channels.forget(subscriber);
          wanted[at]?.clear();
        }
        expect(channels.of(subscriber)).toEqual([...(wanted[at] ?? [])]);
        expect(channels.list.length).toBeLessThanOrEqual(maxChannels);
        expect(channels.list.every(({ size }) => size > 0)).toBe(true);
      }
      for (const subscriber of subscribers) channels.forget(subscriber);
      expect(channels.list).toEqual([]);
    },
  );
  fc.assert(runs, { numRuns: 500 });
});

test("who has left is in no list that was made before, and who comes is in the next", () => {
  const channels = new Channels();
  const [one, other, third] = [open(), open(), open()];
  for (const subscriber of [one, other]) channels.subscribe(subscriber, "a");
  expect(channels.audienceOf("a").everyone).toEqual([one, other]);
  channels.unsubscribe(one, "a");
  expect(channels.audienceOf("a").everyone).toEqual([other]);
  channels.subscribe(third, "*");
  expect(channels.audienceOf("a").everyone).toEqual([other, third]);
  channels.forget(other);
  expect(channels.audienceOf("a").everyone).toEqual([third]);
});

test("channels that only patterns have take no name's place, and counting makes none", () => {
  const channels = new Channels({ maxChannels: 2 });
  const [wild, named] = [open(), open()];
  channels.subscribe(wild, "**");
  expect(channels.count("x")).toBe(1);
  expect(channels.list).toEqual([]);
  for (const name of ["a", "b", "c"]) expect(channels.audienceOf(name).everyone).toEqual([wild]);
  expect(channels.list).toHaveLength(2);
  for (const name of ["d", "e"]) expect(channels.subscribe(named, name)).toBe(true);
  expect(channels.list.map(({ name }) => name)).toEqual(["d", "e"]);
  expect(() => channels.subscribe(named, "f")).toThrow("one more channel than maxChannels");
  expect(channels.audienceOf("a").everyone).toEqual([wild]);
});

test("a name that nobody wants any more takes no place, though a pattern has it", () => {
  const channels = new Channels({ maxChannels: 2 });
  const [wild, fickle, gone] = [open(), open(), open()];
  channels.subscribe(wild, "**");
  for (const name of ["a", "b", "c", "d"]) {
    expect(channels.subscribe(fickle, name)).toBe(true);
    channels.unsubscribe(fickle, name);
  }
  for (const name of ["e", "f"]) channels.subscribe(gone, name);
  expect(() => channels.subscribe(fickle, "g")).toThrow("one more channel than maxChannels");
  channels.forget(gone);
  for (const name of ["h", "i"]) expect(channels.subscribe(fickle, name)).toBe(true);
  expect(channels.audienceOf("a").everyone).toEqual([wild]);
});

test("who is closing is subscribed to nothing", () => {
  const channels = new Channels();
  expect(channels.subscribe(open(false), "a")).toBe(false);
  expect(channels.list).toEqual([]);
});

test.each([0, 1.5, -1, "5", Number.NaN])("%s is no bound of channels", (maxChannels) => {
  expect(() => new Channels({ maxChannels: maxChannels as number })).toThrow("maxChannels");
});
