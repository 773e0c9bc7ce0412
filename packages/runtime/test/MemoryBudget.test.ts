/** R38: what the connections of a server hold together, while they are behind, has a limit, and its books balance. */
import { type ConfigurationOptions, imbalance, Label, overflowStrategies } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frameOf } from "../src/adapter/Message.js";
import { type Client, kib, Server } from "./BudgetRig.js";

const own = (bytes: number) => "x".repeat(bytes);

/** Its client reads nothing, and has this much to read. */
function stalled(server: Server, bytes: number, configuration: ConfigurationOptions = {}): Client {
  const client = server.join({ configuration, room: 0 });
  client.actor.offer("first");
  server.flusher.flush();
  fill(client, bytes);
  return client;
}

function fill({ actor }: Client, bytes: number): void {
  for (let left = bytes; left > 0; left -= kib) actor.offer(own(Math.min(kib, left)));
}

describe("R38 · who is behind", () => {
  test("is on it from when its turn has left something, with all that it holds, until it holds nothing", () => {
    const server = new Server();
    const client = server.join({ room: 0 });
    for (const text of ["a", "bc", "def"]) client.actor.offer(text);
    expect(server.budget.bytes).toBe(0);
    server.flusher.flush();
    expect(client.transport.accepted).toEqual(["a"]);
    expect(server.budget.bytes).toBe(64 + 2 + 64 + 3);
    client.actor.offer("more");
    expect(server.budget.bytes).toBe(3 * 64 + 9);
    client.transport.drain();
    client.actor.drained();
    server.flusher.flush();
    expect(client.transport.accepted).toHaveLength(4);
    expect(server.budget.bytes).toBe(0);
  });

  test("is so at once when its socket is, and from 64 KiB on within a turn", () => {
    const server = new Server();
    const [calm, burst] = [server.join({}), server.join({})];
    calm.actor.offer(own(63 * kib));
    burst.actor.offer(own(63 * kib));
    expect(server.budget.bytes).toBe(0);
    burst.actor.offer(own(kib));
    expect(server.budget.bytes).toBe(64 * kib + 128);
    server.flusher.settle();
    expect(server.budget.bytes).toBe(0);
    expect(burst.stats().delivered.bytes).toBe(64 * kib);
  });

  test("is so with what its senders wait with", () => {
    const server = new Server();
    const client = stalled(server, 4 * kib, { overflow: "block", maxBytes: 4 * kib });
    const before = server.budget.bytes;
    client.send(own(kib));
    expect(client.stats().waiting.messages).toBe(1);
    expect(server.budget.bytes).toBe(before + kib + 64);
    client.actor.disconnected();
    expect(server.budget.bytes).toBe(0);
    expect(client.answers).toEqual(["closed"]);
  });

  test("is so when a newer message of a key makes it hold 64 KiB", () => {
    const server = new Server();
    const { actor } = server.join({});
    const label = new Label({ key: "a" });
    actor.offerLabelled(own(10 * kib), label);
    actor.offerLabelled(own(64 * kib), label);
    expect(server.budget.bytes).toBe(64 * kib + 64);
    actor.offerLabelled(own(kib), label);
    expect(server.budget.bytes).toBe(kib + 64);
    server.flusher.settle();
    expect(server.budget.bytes).toBe(0);
  });

  test("holds what many hold once, until the last of them has let it go", () => {
    const server = new Server();
    const clients = Array.from({ length: 10 }, () => stalled(server, 0));
    const frame = frameOf(own(kib));
    for (const { actor } of clients) actor.offer(frame);
    expect(server.budget.bytes).toBe(10 * 64 + 192 + kib);
    for (const { actor } of clients.slice(1)) actor.disconnected();
    expect(server.budget.bytes).toBe(64 + 192 + kib);
    clients[0]?.actor.disconnected();
    expect(server.budget.bytes).toBe(0);
  });

  test("has what waits of a channel with limits on it too", () => {
    const server = new Server();
    const client = stalled(server, 0);
    client.take(frameOf(own(kib)));
    expect(server.budget.bytes).toBe(64 + 192 + kib);
    client.actor.disconnected();
    expect(server.budget.bytes).toBe(0);
  });

  test("holds text of two bytes a character as that", () => {
    const server = new Server();
    const client = stalled(server, 0);
    client.actor.offer(`${own(10)}€`);
    expect(server.budget.bytes).toBe(64 + 22);
    client.actor.disconnected();
    expect(server.budget.bytes).toBe(0);
  });
});

describe("R38 · what is too much", () => {
  test("is given up by those that hold most, the oldest first, down to one level", () => {
    const server = new Server(300 * kib);
    const [small, medium, large] = [20, 100, 200].map((size) => stalled(server, size * kib));
    server.flusher.flush();
    expect(server.budget.bytes).toBeLessThanOrEqual(300 * kib);
    expect(small?.stats().dropped.shed.messages).toBe(0);
    expect(medium?.stats().dropped.shed.messages).toBe(0);
    expect(large?.stats().dropped.shed.messages).toBeGreaterThan(50);
    const { shed } = server.budget.use;
    expect(shed).toEqual(large?.stats().dropped.shed);
    expect(large?.stats().dropRate.lifetime).toBeGreaterThan(0);
  });

  test("costs a client of its own messages before those that share theirs", () => {
    const server = new Server(230 * kib);
    const sharing = Array.from({ length: 4 }, () => stalled(server, 0));
    for (let count = 0; count < 100; count++) {
      const frame = frameOf(own(kib));
      for (const { actor } of sharing) actor.offer(frame);
    }
    const alone = stalled(server, 90 * kib);
    server.flusher.flush();
    expect(alone.stats().dropped.shed.messages).toBeGreaterThan(0);
    for (const client of sharing) expect(client.stats().dropped.shed.messages).toBe(0);
  });

  test("is seen to within a turn when it is more by an eighth", () => {
    const server = new Server(400 * kib);
    const clients = Array.from({ length: 50 }, () => stalled(server, 0));
    let most = 0;
    for (let count = 0; count < 2_000; count++) {
      clients[count % 50]?.actor.offer(own(kib));
      most = Math.max(most, server.budget.bytes);
    }
    expect(most).toBeGreaterThan(400 * kib);
    expect(most).toBeLessThanOrEqual(450 * kib);
  });

  test("is no loss of a client that takes it when it is given it", () => {
    const server = new Server(256 * kib);
    const behind = stalled(server, 100 * kib);
    const reading = server.join({});
    for (let count = 0; count < 700; count++) reading.actor.offer(own(kib));
    server.flusher.settle();
    expect(reading.stats().delivered.messages).toBe(700);
    expect(behind.stats().dropped.shed.messages).toBe(0);
  });

  test.each(overflowStrategies)("with %s: its oldest, or its connection", (overflow) => {
    const server = new Server(128 * kib);
    const client = stalled(server, 0, { overflow });
    fill(client, 125 * kib);
    server.flusher.flush();
    server.flusher.settle();
    const { state, dropped, buffered, rejected } = client.stats();
    const bearsGaps = overflow === "drop-oldest" || overflow === "drop-all";
    expect(state).toBe(bearsGaps ? "normal" : "closed");
    expect(dropped.shed.messages).toBeGreaterThan(0);
    if (bearsGaps) expect(buffered.bytes).toBeGreaterThan(90 * kib);
    else expect(client.transport.ending).toEqual({ code: 1013, reason: "slow consumer" });
    expect(rejected.shed.messages + buffered.messages + dropped.shed.messages).toBe(125);
    expect(imbalance(client.stats())).toEqual({ messages: 0, bytes: 0 });
    expect(dropped.closed.messages).toBe(0);
  });

  test("is given up of what may be lost before a connection is closed for what may not", () => {
    const server = new Server(128 * kib);
    const client = stalled(server, 110 * kib);
    for (let count = 0; count < 15; count++) {
      client.actor.offerLabelled(own(kib), new Label({ lane: "control" }));
    }
    server.flusher.flush();
    expect(client.stats().state).not.toBe("closed");
    expect(client.stats().dropped.shed.messages).toBeGreaterThan(0);
    expect(client.actor.pump.backlogs?.lanes.control.messages).toBe(15);
    client.actor.disconnected();
    expect(server.budget.bytes).toBe(0);
  });

  test("refuses the senders that wait, who are told why", () => {
    const server = new Server(128 * kib);
    const block = { overflow: "block", maxBytes: 64 * kib } as const;
    const client = stalled(server, 64 * kib, block);
    for (let count = 0; count < 60; count++) client.send(own(kib));
    expect(client.stats().waiting.messages).toBe(60);
    server.flusher.flush();
    expect(client.stats().state).toBe("closed");
    expect(client.answers).toEqual(Array.from({ length: 60 }, () => "shed"));
    expect(client.stats().dropRate.lifetime).toBeGreaterThan(0.9);
  });

  test("cuts off who was closing in order, and may lose nothing in silence", () => {
    const server = new Server(128 * kib);
    const client = stalled(server, 0, { overflow: "block" });
    fill(client, 100 * kib);
    client.actor.close();
    stalled(server, 25 * kib);
    server.flusher.flush();
    server.flusher.settle();
    expect(client.transport.ending).toBe("terminated");
    expect(client.stats().dropped.shed.messages).toBe(100);
    expect(server.budget.bytes).toBe(25 * (kib + 64));
  });

  test("costs senders their place that wait for a delay before an empty outbox", () => {
    const server = new Server(128 * kib);
    const client = stalled(server, 0, { minDelayMillis: 1_000, maxDelayMillis: 1_000 });
    for (let count = 0; count < 121; count++) client.send(own(kib));
    server.flusher.flush();
    expect(client.answers).toEqual(Array.from({ length: 121 }, () => "shed"));
    expect(server.budget.bytes).toBe(0);
  });

  test("closes no more of equal ones than it must, those first that have been behind for longest", () => {
    const server = new Server(256 * kib);
    const clients = Array.from({ length: 10 }, () => stalled(server, 0, { overflow: "block" }));
    for (const client of clients) fill(client, 27 * kib);
    server.flusher.flush();
    const closed = clients.map((client) => client.stats().state === "closed");
    expect(closed).toEqual(Array.from({ length: 10 }, (_, index) => index < 3));
  });
});

type Step =
  | { readonly do: "offer" | "send" | "take"; readonly who: number; readonly size: number }
  | { readonly do: "share"; readonly size: number }
  | { readonly do: "label"; readonly who: number; readonly size: number; readonly which: number }
  | { readonly do: "again"; readonly who: number; readonly which: number }
  | { readonly do: "read"; readonly who: number; readonly bytes: number }
  | { readonly do: "tick"; readonly millis: number }
  | { readonly do: "leave" | "close" | "evict"; readonly who: number }
  | { readonly do: "flush" };

const who = fc.nat(5);
const size = fc.nat(12 * kib);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom("offer", "send", "take"), who, size }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("label"), who, size, which: fc.nat(3) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("share"), size }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("again"), who, which: fc.nat(9) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("read"), who, bytes: fc.nat(40 * kib) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("tick"), millis: fc.nat(2_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("leave", "close", "evict"), who }) },
  { weight: 3, arbitrary: fc.constant<Step>({ do: "flush" }) },
);

test("R38 · of a large one a mebibyte is given up in one go, also by those that fell behind since shares were found out", () => {
  const mib = 1024 * kib;
  const server = new Server(16 * mib);
  const wide = { maxBytes: 32 * mib, maxMessages: 65_536 };
  const turn = () => {
    server.flusher.flush();
    expect(server.budget.bytes).toBeLessThanOrEqual(16 * mib);
    expect(server.budget.bytes).toBeGreaterThan(15 * mib - 2 * kib);
  };
  const early = Array.from({ length: 8 }, () => stalled(server, 2 * mib, wide));
  turn();
  const late = stalled(server, 1.5 * mib, wide);
  turn();
  expect(late.stats().dropped.shed.messages).toBe(0);
  for (const { actor } of early) actor.disconnected();
  fill(late, 15 * mib);
  turn();
  expect(late.stats().dropped.shed.messages).toBeGreaterThan(0);
  server.check();
  server.end();
});

/** What one is given up of ends with a sender that is let in: it is as far behind as before. */
const senderAlone: Array<Step> = [
  { do: "offer", who: 3, size: 5748 },
  { do: "label", who: 3, size: 1, which: 3 },
  { do: "offer", who: 0, size: 0 },
  { do: "take", who: 0, size: 0 },
  { do: "offer", who: 3, size: 5280 },
  { do: "offer", who: 0, size: 1 },
  { do: "label", who: 3, size: 11091, which: 0 },
  { do: "take", who: 0, size: 7736 },
  { do: "send", who: 3, size: 11884 },
  { do: "offer", who: 0, size: 5223 },
  { do: "label", who: 0, size: 1, which: 0 },
  { do: "offer", who: 0, size: 6771 },
  { do: "flush" },
  { do: "offer", who: 0, size: 0 },
  { do: "share", size: 0 },
  { do: "offer", who: 0, size: 0 },
  { do: "again", who: 0, which: 0 },
  { do: "offer", who: 0, size: 10267 },
  { do: "tick", millis: 0 },
  { do: "flush" },
  { do: "again", who: 0, which: 0 },
  { do: "offer", who: 0, size: 0 },
];

test("R38 · it has exactly what those hold that are behind, at every step, and 0 in the end; nobody who keeps up loses anything", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 200 }), (steps) => {
      const server = new Server(64 * kib, seen);
      for (const overflow of overflowStrategies) {
        const limits = { maxBytes: 24 * kib, maxMessages: 40 };
        server.join({ configuration: { overflow, ...limits }, room: 0 });
      }
      const reading = server.join({});
      for (const one of steps) {
        server.play(one);
        server.check();
      }
      expect(reading.stats().dropped.shed.messages).toBe(0);
      server.end();
    }),
    { numRuns: 150, examples: [[senderAlone]] },
  );
  for (const what of ["shed", "closed", "refused", "shared", "waiting"]) {
    expect(seen).toContain(what);
  }
});
