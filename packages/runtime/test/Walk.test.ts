/** The laws of a pass over connections that come, go and count on while it pauses. */
import { total } from "@sluice/core";
import { ConnectionRegistry, PlainConnection } from "@sluice/runtime";
import { ScriptedTransport } from "@sluice/runtime/testing";
import { Context, Metric } from "effect";
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { Actor } from "../src/actor/Actor.js";
import { ConnectionMetrics, prometheusText, scrape } from "../src/metrics/index.js";
import { Pictures } from "../src/metrics/Pictures.js";
import { Totals } from "../src/metrics/Totals.js";
import { Walk } from "../src/metrics/Walk.js";
import { ManualFlusher } from "../src/testing/ManualFlusher.js";

const sizeOf = (text: string) => text.length;

/** A server whose connections come, go and are offered messages, and what is known of all that ever were. */
class World {
  readonly registry = new ConnectionRegistry<PlainConnection<string>>();
  readonly everyone: Array<Someone> = [];
  /** The sums of those that have gone, as they were when they went. */
  readonly gone = new Totals();

  constructor(onGone: (connection: PlainConnection<string>) => void = () => {}) {
    this.registry.follow((connection) => () => {
      this.gone.add(connection.stats());
      onGone(connection);
    });
  }

  come(): void {
    const transport = new ScriptedTransport<string>({ sizeOf, room: 30 });
    const flusher = new ManualFlusher();
    const configuration = { maxMessages: 5, overflow: "drop-oldest" } as const;
    const actor = new Actor<string>({ transport, flusher, sizeOf, configuration });
    const connection = new PlainConnection(actor);
    this.everyone.push({ actor, connection, flusher });
    this.registry.add(connection);
  }

  /** Somebody of those that are there. */
  at(place: number): Someone | undefined {
    const here = this.everyone.filter(({ connection }) => this.registry.get(connection.id));
    return here[place % here.length];
  }

  go(place: number): void {
    const one = this.at(place);
    if (one === undefined) return;
    one.actor.disconnected();
    this.registry.remove(one.connection);
  }

  offer(place: number): void {
    const one = this.at(place);
    one?.connection.offer("tea");
    if (place % 2 === 0) one?.flusher.flush();
  }

  /** All that was ever counted, by those that are there and those that have gone. */
  get counted(): Totals {
    const all = new Totals();
    all.include(this.gone);
    for (const one of this.registry) all.add(one.stats());
    return all;
  }
}

interface Someone {
  readonly actor: Actor<string>;
  readonly connection: PlainConnection<string>;
  readonly flusher: ManualFlusher;
}

const step = fc.oneof(
  { weight: 1, arbitrary: fc.record({ do: fc.constant("come"), place: fc.nat(40) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("go"), place: fc.nat(40) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("offer"), place: fc.nat(40) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("look"), place: fc.nat(3) }) },
);

function counters(totals: Totals): ReadonlyArray<number> {
  const { connections, offered, delivered, dropped, rejected, throttleEvents } = totals;
  const volumes = [offered, delivered, ...Object.values(dropped), ...Object.values(rejected)];
  const numbers = volumes.flatMap(({ messages, bytes }) => [messages, bytes]);
  return [connections, throttleEvents, ...numbers];
}

const areAtMost = (some: ReadonlyArray<number>, others: ReadonlyArray<number>) =>
  some.every((value, index) => value <= (others[index] as number));

test("a walk counts everyone exactly once, between what there was when it began and what there is when it ends", () => {
  fc.assert(
    fc.property(fc.nat(8), fc.array(step, { maxLength: 60 }), (atFirst, steps) => {
      let walk: Walk<PlainConnection<string>> | undefined;
      const world = new World((connection) => walk?.went(connection));
      for (let left = atFirst; left > 0; left--) world.come();
      let least = counters(world.counted);
      walk = new Walk(world.registry, world.gone);
      const look = (count: number) => {
        if (!walk?.step(count)) return;
        const { totals } = walk.picture;
        const { offered, delivered, dropped, rejected, buffered, waiting } = totals;
        expect(
          total({
            delivered,
            dropped: total(dropped),
            rejected: total(rejected),
            buffered,
            waiting,
          }),
        ).toEqual(offered);
        const counted = counters(totals);
        expect(areAtMost(least, counted) && areAtMost(counted, counters(world.counted))).toBe(true);
        least = counted;
        walk = new Walk(world.registry, world.gone);
      };
      for (const { do: what, place } of steps) {
        if (what === "come") world.come();
        else if (what === "go") world.go(place);
        else if (what === "offer") world.offer(place);
        else look(place);
      }
      // Nothing happens any more: the next but one has seen everything.
      look(Number.POSITIVE_INFINITY);
      look(Number.POSITIVE_INFINITY);
      expect(least).toEqual(counters(world.counted));
    }),
  );
});

test("who goes in mid-walk is counted once, looked at before or not, and is not there any more", () => {
  let walk: Walk<PlainConnection<string>> | undefined;
  const world = new World((connection) => walk?.went(connection));
  for (let left = 3; left > 0; left--) world.come();
  for (const place of [0, 1, 2]) world.offer(place);
  walk = new Walk(world.registry, world.gone);
  walk.step(1);
  world.offer(0);
  world.go(0); // Was looked at.
  world.go(1); // Was not.
  expect(walk.step(10)).toBe(true);
  const { totals, states } = walk.picture;
  expect(totals.connections).toBe(3);
  expect(totals.offered.messages).toBe(3);
  expect(states.normal).toBe(2);
});

test("a walk ends however many come", () => {
  const world = new World();
  for (let left = 3; left > 0; left--) world.come();
  const walk = new Walk(world.registry, world.gone);
  let steps = 1;
  for (; !walk.step(1); steps++) world.come();
  expect(steps).toBe(3);
});

const ownRegistry = () => Context.make(Metric.MetricRegistry, new Map());
const offered = (text: string) =>
  Number(/^sluice_offered_messages_total (\d+)$/m.exec(text)?.[1] ?? Number.NaN);

/** A walk of many takes several turns of the event loop, however fast the machine is: time goes on with each look at it. */
function looksTakeLong(): void {
  let elapsedMillis = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => {
    elapsedMillis += 0.3;
    return elapsedMillis;
  });
  onTestFinished(() => clock.mockRestore());
}

test("a scrape of many lets the event loop turn, and is what a scrape in one go is", async () => {
  const world = new World();
  for (let left = 350; left > 0; left--) world.come();
  for (let place = 0; place < 350; place++) world.offer(place);
  const context = ownRegistry();
  const metrics = new ConnectionMetrics(world.registry, { context });
  looksTakeLong();
  let turns = 0;
  const count = () => {
    turns++;
    timer = setImmediate(count);
  };
  let timer = setImmediate(count);
  const text = await scrape(context);
  clearImmediate(timer);
  expect(turns).toBeGreaterThanOrEqual(3);
  expect(text).toBe(prometheusText(context));
  metrics.stop();
  expect(await scrape(context)).toBe("");
});

test("a scrape has everything that was counted before it was asked for, also while another is under way", async () => {
  const world = new World();
  for (let left = 250; left > 0; left--) world.come();
  const context = ownRegistry();
  const metrics = new ConnectionMetrics(world.registry, { context });
  looksTakeLong();
  const first = scrape(context);
  await new Promise((resolve) => setImmediate(resolve));
  for (let place = 0; place < 250; place++) world.offer(place);
  const [second, third] = [scrape(context), scrape(context)];
  expect(offered(await second)).toBe(250);
  expect(await third).toBe(await second);
  expect(offered(await first)).toBeLessThan(250);
  metrics.stop();
});

test("no counter goes down, whichever way the pictures are taken, in whatever order they are asked for", async () => {
  const world = new World();
  for (let left = 250; left > 0; left--) world.come();
  const context = ownRegistry();
  const metrics = new ConnectionMetrics(world.registry, { context });
  looksTakeLong();
  const seen: Array<number> = [];
  const note = (text: string) => void seen.push(offered(text));
  const sliced: Array<Promise<void>> = [];
  for (let turn = 0; turn < 12; turn++) {
    if (turn % 2 === 0) sliced.push(scrape(context).then(note));
    if (turn % 3 === 1) note(prometheusText(context));
    for (let place = 0; place < 250; place += 7) world.offer(place + turn);
    world.go(turn * 19);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(sliced);
  expect(seen).toEqual(seen.toSorted((one, other) => one - other));
  expect(new Set(seen).size).toBeGreaterThan(3);
  metrics.stop();
});

test("a walk that fails is told to who asked for it, and the next one is taken", async () => {
  let isBroken = true;
  const world = new World();
  world.come();
  const pictures = new Pictures({
    size: 1,
    *[Symbol.iterator]() {
      if (isBroken) throw new Error("nobody can be found");
      yield* world.registry;
    },
  });
  const failing = pictures.taken();
  await expect(failing).rejects.toThrow("nobody can be found");
  isBroken = false;
  await pictures.taken();
  expect(pictures.latest.totals.connections).toBe(1);
});
