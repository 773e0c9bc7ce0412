/** The first and the last member of a name or a pattern, and a bus that fails. */
import { Elapsed } from "@sluice/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Flusher } from "../src/actor/Flusher.js";
import { Frame } from "../src/adapter/Frame.js";
import type { Bus } from "../src/bus/Bus.js";
import { BusError } from "../src/bus/BusError.js";
import { BusSeat } from "../src/bus/BusSeat.js";
import type { Listener } from "../src/channels/Audience.js";
import { Channels } from "../src/channels/Channels.js";
import { Publisher } from "../src/channels/Publisher.js";
import { History } from "../src/history/History.js";
import { HistoryLimits } from "../src/history/HistoryOptions.js";
import { Wire } from "../src/history/Wire.js";
import { LocalNetwork } from "../src/testing/LocalBus.js";

const open = (): Listener => ({
  isOpen: true,
  reader: undefined,
  take: () => ({ _tag: "Accepted", evicted: 0 }),
});

const wish = fc.constantFrom("a", "b", "a.b", "*", "a.*", "**");
const step = fc.record({
  do: fc.constantFrom("subscribe", "unsubscribe", "forget", "publish"),
  who: fc.nat({ max: 2 }),
  wish,
});

test("a name or a pattern is joined with its first member and left with its last, exactly once, whatever comes and goes", () => {
  const runs = fc.property(
    fc.array(step, { maxLength: 50 }),
    fc.integer({ min: 1, max: 3 }),
    (steps, maxChannels) => {
      const channels = new Channels({ maxChannels, maxSubscriptions: 3 });
      const members = [open(), open(), open()];
      const joined = new Set<string>();
      channels.interest = {
        joined: (wanted) => {
          expect(joined.has(wanted)).toBe(false);
          joined.add(wanted);
        },
        left: (wanted) => expect(joined.delete(wanted)).toBe(true),
        changed: () => {},
      };
      for (const { do: what, who, wish: wanted } of steps) {
        const member = members[who] as Listener;
        try {
          if (what === "subscribe") channels.subscribe(member, wanted);
          else if (what === "unsubscribe") channels.unsubscribe(member, wanted);
          else if (what === "forget") channels.forget(member);
          else if (!wanted.includes("*")) channels.audienceOf(wanted);
        } catch (error) {
          expect(error).toMatchObject({ _tag: "ChannelError" });
        }
        expect([...joined].sort()).toEqual(
          [...new Set(members.flatMap((one) => channels.of(one)))].sort(),
        );
      }
    },
  );
  fc.assert(runs, { numRuns: 300 });
});

test("a bus that throws breaks no publish: each failure is counted, and told once a second", async () => {
  const fails = () => {
    throw new Error("no bus today");
  };
  const empty = { messages: 0, bytes: 0 };
  const bus: Bus = {
    open: fails,
    join: fails,
    leave: fails,
    isOrdered: fails,
    publish: fails,
    close: () => Promise.reject(new Error("no end")),
    statistics: {
      isConnected: false,
      joined: 0,
      published: empty,
      received: empty,
      buffered: empty,
      dropped: {},
    },
  };
  let nowMillis = 0;
  const told: Array<unknown> = [];
  const seat = new BusSeat({
    bus,
    flusher: new Flusher(),
    elapsed: new Elapsed(() => nowMillis),
    report: (error) => void told.push(error),
    membersOf: () => [],
    give: () => ({ accepted: 1, rejected: 0 }),
  });
  seat.joined("a");
  expect(seat.publish("a", Frame.text("1"), () => ({ accepted: 1, rejected: 0 }))).toEqual({
    accepted: 1,
    rejected: 0,
  });
  seat.left("a");
  expect(seat.statistics.failures).toBe(5);
  expect(told).toHaveLength(1);
  nowMillis = 1_000;
  await seat.close();
  expect(told).toHaveLength(2);
  expect(told[1]).toBeInstanceOf(BusError);
  expect(String(told[1])).toContain("the bus failed at close (6 in all): no end");
});

test("with a bus a history ends with the last member of its channel: what others published meanwhile is not in it", () => {
  const channels = new Channels<Listener>();
  const limits = new HistoryLimits({ "**": { maxMessages: 10 } });
  const now = new Elapsed(() => 0);
  const history = new History({
    limits,
    maxChannels: 100,
    wire: new Wire(),
    budget: undefined,
    now,
  });
  const publisher = new Publisher(() => [], channels as never, undefined as never, history);
  const flusher = new Flusher();
  publisher.join(new LocalNetwork().bus(), { flusher, elapsed: now, report: () => {} });
  const [byName, byPattern] = [open(), open()];
  channels.subscribe(byName, "a");
  channels.subscribe(byPattern, "*");
  history.append("a", "1");
  const { epoch } = history.past("a");
  channels.forget(byName);
  expect(history.past("a")).toMatchObject({ epoch, last: 1 });
  channels.unsubscribe(byPattern, "*");
  expect(history.past("a").last).toBe(0);
  expect(history.past("a").epoch).not.toBe(epoch);
});
