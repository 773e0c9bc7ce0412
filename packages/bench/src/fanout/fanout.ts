/**
 * A message for many, against uWebSockets.js: corked by hand, by its own `publish`, and naively. All send the same bytes
 * to as many connections of the same server, whose app Sluice knows.
 */
import type { TemplatedApp } from "uWebSockets.js";
import { Frame, Sluice } from "@sluice/uws";
import { Arena } from "../flush/Arena.js";
import { corkedTick } from "../flush/corkedTick.js";
import type { Lap, Runner } from "../flush/Laps.js";
import { type Goal, heading, row, target } from "../Report.js";
import { interleaved } from "../rounds.js";
import { ratio, spread } from "../Spread.js";

const messageBytes = 128;
const rounds = 15;

interface Work {
  readonly connections: number;
  /** For each connection, in a tick. */
  readonly messages: number;
  readonly ticks: number;
  /** Messages of a tick in one frame of lines; the peers send one by one. */
  readonly coalesces?: true;
}

/** What is compared with, and what the ratio is to be. */
type Goals = Readonly<Partial<Record<"corked" | "publish" | "outboxes" | "naive", Goal>>>;

const works: ReadonlyArray<readonly [string, Work, Goals]> = [
  [
    "fanout-batch-1",
    { connections: 100, messages: 1, ticks: 300 },
    { corked: { atLeast: 1 }, publish: { atLeast: 0.9 } },
  ],
  [
    "fanout-batch-10",
    { connections: 100, messages: 10, ticks: 100 },
    { corked: { atLeast: 1.1 }, naive: { atLeast: 8 } },
  ],
  ["fanout-batch-30", { connections: 100, messages: 30, ticks: 40 }, { corked: { atLeast: 1.25 } }],
  ["fanout-batch-100", { connections: 100, messages: 100, ticks: 15 }, { corked: { atLeast: 1 } }],
  ["fanout-batch-300", { connections: 100, messages: 300, ticks: 8 }, { corked: { atLeast: 1 } }],
  [
    "fanout-coalesced",
    { connections: 100, messages: 50, ticks: 30, coalesces: true },
    { corked: { atLeast: 2 } },
  ],
  ["fanout-single", { connections: 1_000, messages: 1, ticks: 30 }, { publish: { atLeast: 0.97 } }],
];

/** Prints the figures; answers whether every target is met. */
export async function fanout(): Promise<boolean> {
  let isMet = true;
  for (const [name, work, goals] of works) isMet = (await compare(name, work, goals)) && isMet;
  return (await rooms()) && isMet;
}

async function compare(name: string, work: Work, goals: Goals): Promise<boolean> {
  const { connections, messages, ticks, coalesces } = work;
  heading(
    `${name}: ${connections} connections × ${messages} messages × ${messageBytes} B per tick`,
  );
  const arena = new Arena();
  const app = appOf(arena);
  const frame = Frame.text("x".repeat(messageBytes));
  const { data } = frame;
  // Nothing may be dropped: a lap may be ahead of its readers.
  const configuration = { maxMessages: 65_536, maxBytes: 2 ** 27 };
  const sluice = new Sluice({
    app,
    configuration,
    ...(coalesces && { coalesce: { as: "lines" } }),
  });
  const corked = arena.route("/corked", (behavior) => behavior);
  const naive = arena.route("/naive", (behavior) => behavior);
  arena.route("/sluice", (behavior) => sluice.wrap(behavior));
  const alone = new Sluice({ configuration });
  arena.route("/outboxes", (behavior) => alone.wrap(behavior));
  arena.route("/publish", (behavior) => ({
    ...behavior,
    open: (socket) => {
      behavior.open?.(socket);
      socket.subscribe("everyone");
    },
  }));
  const repeat = (send: () => unknown) => () => {
    for (let left = messages; left > 0; left--) send();
  };
  const perTick = {
    messagesPerTick: connections * messages,
    // A frame of 126 to 65,535 bytes has a header of 4.
    bytesPerTick: connections * messages * (messageBytes + 4),
    ticks,
  };
  // Joined by newlines, they have one header.
  const joinedBytes = connections * (messages * (messageBytes + 1) - 1 + 4);
  const runner = (route: string, tick: () => void): Runner => ({
    name: route,
    route,
    tick,
    ...perTick,
  });
  const runners = [
    {
      ...runner(
        "/sluice",
        repeat(() => sluice.broadcast(frame)),
      ),
      ...(coalesces && { bytesPerTick: joinedBytes }),
    },
    runner("/corked", corkedTick(corked, messages, data, false)),
    runner(
      "/publish",
      repeat(() => app.publish("everyone", data, false, false)),
    ),
    runner(
      "/outboxes",
      repeat(() => alone.broadcast(frame)),
    ),
    ...(goals.naive === undefined
      ? []
      : [
          runner("/naive", () =>
            naive.forEach((socket) => repeat(() => socket.send(data, false, false))()),
          ),
        ]),
  ];
  await arena.open(connections);
  // Whoever keeps up reads with others from the next second on.
  await arena.lap(runners[0] as Runner);
  await joined(app, connections);
  const laps = await interleaved(runners, rounds, (one) => arena.lap(one));
  for (const one of [sluice, alone]) checkNothingLost(one);
  arena.close();
  const rates = ratesOf(laps);
  const costs = laps.map((some) => some.map(({ cpuNanosPerMessage }) => cpuNanosPerMessage));
  const ours = rates[0] ?? [];
  row("Sluice, broadcast", spread(ours), { name: "M msg/s", scale: 1e6 });
  let isMet = true;
  for (const [at, peer] of (["corked", "publish", "outboxes", "naive"] as const).entries()) {
    const theirs = rates[at + 1];
    if (theirs === undefined) continue;
    const byTime = ratio(costs[at + 1] ?? [], costs[0] ?? []).median.toFixed(2);
    const note = `${byTime} by processor time`;
    const goal = goals[peer];
    if (goal === undefined) row(`Sluice / ${peer}`, ratio(ours, theirs), times, note);
    else isMet = target(`Sluice / ${peer}`, ratio(ours, theirs), times, goal, note) && isMet;
  }
  return isMet;
}

const times = { name: "×" };

/** A thousand connections in a hundred rooms, each in three: a message to each room in a tick. */
async function rooms(): Promise<boolean> {
  const [connections, count, each] = [1_000, 100, 3];
  heading(
    `fanout-rooms: ${connections} connections, each in ${each} of ${count} rooms, a message to each room per tick`,
  );
  const arena = new Arena();
  const app = appOf(arena);
  const frame = Frame.text("x".repeat(messageBytes));
  const { data } = frame;
  const sluice = new Sluice({ app });
  const roomsOf = (at: number) => Array.from({ length: each }, (_, n) => (at + n * 37) % count);
  let [ours, theirs] = [0, 0];
  arena.route("/sluice", (behavior) =>
    sluice.wrap({
      ...behavior,
      open: (socket) => {
        behavior.open?.(socket);
        for (const room of roomsOf(ours++)) sluice.of(socket).subscribe(`rooms.${room}`);
      },
    }),
  );
  arena.route("/publish", (behavior) => ({
    ...behavior,
    open: (socket) => {
      behavior.open?.(socket);
      for (const room of roomsOf(theirs++)) socket.subscribe(`rooms/${room}`);
    },
  }));
  const perTick = {
    messagesPerTick: connections * each,
    bytesPerTick: connections * each * (messageBytes + 4),
    ticks: 20,
  };
  const toEach = (send: (room: number) => unknown) => () => {
    for (let room = 0; room < count; room++) send(room);
  };
  const runners = [
    {
      name: "/sluice",
      route: "/sluice",
      tick: toEach((room) => sluice.publish(`rooms.${room}`, frame)),
      ...perTick,
    },
    {
      name: "/publish",
      route: "/publish",
      tick: toEach((room) => app.publish(`rooms/${room}`, data, false, false)),
      ...perTick,
    },
  ];
  await arena.open(connections);
  await arena.lap(runners[0] as Runner);
  await joined(app, connections);
  const laps = await interleaved(runners, rounds, (one) => arena.lap(one));
  checkNothingLost(sluice);
  arena.close();
  const [log = [], publish = []] = ratesOf(laps);
  return target("Sluice / publish", ratio(log, publish), times, { atLeast: 0.9 });
}

const ratesOf = (laps: ReadonlyArray<ReadonlyArray<Lap>>) =>
  laps.map((some) => some.map(({ messagesPerSecond }) => messagesPerSecond));

function appOf(arena: Arena): TemplatedApp {
  let found: TemplatedApp | undefined;
  arena.mount((app) => {
    found = app;
  });
  return found as TemplatedApp;
}

/** Those that read have a topic in common. */
async function joined(app: TemplatedApp, connections: number): Promise<void> {
  for (let patience = 100; app.numSubscribers("sluice") < connections; patience--) {
    if (patience === 0) throw new Error("not everyone keeps up");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What was dropped was not sent, and must not count as if it had been. */
function checkNothingLost(sluice: Sluice): void {
  for (const connection of sluice.connections) {
    const { delivered, offered } = connection.stats();
    if (delivered.messages === offered.messages) continue;
    throw new Error(`Sluice delivered ${delivered.messages} of ${offered.messages} messages`);
  }
}
