/**
 * A message for many, against uWebSockets.js: corked by hand, by its own `publish`, and naively; and against outboxes
 * alone. All send the same bytes to as many connections of the same server, whose app Sluice knows.
 */
import { Frame, Sluice } from "@sluice/uws";
import { type Figure, figure, type Goal } from "../Figure.js";
import { Arena } from "../flush/Arena.js";
import { corkedTick } from "../flush/corkedTick.js";
import { type Lap, type Runner, ratesOf, rateUnit, reportCosts } from "../flush/Laps.js";
import { checkNothingLost } from "../flush/nothingLost.js";
import type { Part } from "../Part.js";
import { interleaved } from "../rounds.js";
import { everyoneKeepsUp } from "./everyoneKeepsUp.js";

const messageBytes = 128;
const rounds = 25;

interface Work {
  readonly id: string;
  readonly connections: number;
  /** For each connection, in a tick. */
  readonly messages: number;
  readonly ticks: number;
  /** Messages of a tick in one frame of lines; the peers send one by one. */
  readonly coalesces?: true;
  readonly peers: ReadonlyArray<Peer>;
  readonly goal: Goal;
}

type Peer = "corked" | "publish" | "outboxes" | "naive";

const quick: ReadonlyArray<Peer> = ["corked", "publish", "outboxes"];
const hundred = { connections: 100, peers: quick };

const works: ReadonlyArray<Work> = [
  // A lap is not ahead of its readers by more than half of the window that each client has at first.
  batch(1, 300, 1),
  batch(10, 90, 1.1),
  batch(30, 30, 1.25),
  batch(100, 9, 1),
  batch(300, 3, 1),
  {
    id: "fanout-naive",
    ...hundred,
    messages: 10,
    ticks: 50,
    peers: ["naive"],
    goal: { atLeast: 8, of: "naive" },
  },
  {
    id: "fanout-coalesced",
    ...hundred,
    messages: 50,
    ticks: 30,
    coalesces: true,
    goal: { atLeast: 2, of: "corked" },
  },
  {
    id: "fanout-single",
    ...hundred,
    connections: 1_000,
    messages: 1,
    ticks: 30,
    goal: { atLeast: 0.97, of: "publish" },
  },
];

function batch(messages: number, ticks: number, atLeast: number): Work {
  const goal = { atLeast, of: "corked" };
  return { id: `fanout-batch-${messages}`, ...hundred, messages, ticks, goal };
}

export const fanout: ReadonlyArray<Part> = works.map((work) => ({
  name: work.id,
  figures: { [work.id]: inWords(work) },
  run: () => run(work),
}));

function inWords({ connections, messages, coalesces }: Work): string {
  const count = `${messages} message${messages === 1 ? "" : "s"}`;
  const size = `${connections.toLocaleString("en")} connections × ${count} × ${messageBytes} B per tick`;
  return `broadcast, the app known, ${size}${coalesces ? ", in one frame of lines" : ""}`;
}

async function run(work: Work): Promise<ReadonlyArray<Figure>> {
  const { id, connections, peers, goal } = work;
  const arena = new Arena();
  const frame = Frame.text("x".repeat(messageBytes));
  // Nothing may be dropped: a lap may be ahead of its readers.
  const configuration = { maxMessages: 65_536, maxBytes: 2 ** 27 };
  const coalesce = work.coalesces && ({ as: "lines" } as const);
  const sluice = new Sluice({ app: arena.app, configuration, ...(coalesce && { coalesce }) });
  const alone = new Sluice({ configuration });
  arena.route("/sluice", (behavior) => sluice.wrap(behavior));
  const runners = [
    runner(work, "/sluice", () => sluice.broadcast(frame)),
    ...peers.map((peer) => peerRunner(work, arena, peer, frame, alone)),
  ];
  await arena.open(connections);
  // Whoever keeps up reads with others from the next second on.
  await arena.lap(runners[0] as Runner);
  await everyoneKeepsUp(arena.app, connections);
  const laps = await interleaved(runners, rounds, (one) => arena.lap(one));
  for (const one of [sluice, alone]) checkNothingLost(one);
  arena.close();
  const [ours = [], ...others] = laps;
  const theirs = Object.fromEntries(
    peers.map((peer, at): [string, ReadonlyArray<Lap>] => [peer, others[at] ?? []]),
  );
  reportCosts({ ours, ...theirs });
  return [
    figure({
      id,
      unit: rateUnit,
      ours: ratesOf(ours),
      peers: Object.fromEntries(Object.entries(theirs).map(([peer, of]) => [peer, ratesOf(of)])),
      goals: [goal],
    }),
  ];
}

/** A way of sending whose tick is so many calls. */
function runner(work: Work, route: string, send: () => unknown): Runner {
  const { connections, messages, ticks, coalesces } = work;
  const tick = () => {
    for (let left = messages; left > 0; left--) send();
  };
  // A frame of 126 to 65,535 bytes has a header of 4. Lines are joined by newlines, and have one header.
  const isJoined = coalesces && route === "/sluice";
  const bytes = isJoined ? messages * (messageBytes + 1) - 1 + 4 : messages * (messageBytes + 4);
  return {
    name: route,
    route,
    tick,
    messagesPerTick: connections * messages,
    bytesPerTick: connections * bytes,
    ticks,
  };
}

function peerRunner(work: Work, arena: Arena, peer: Peer, frame: Frame, alone: Sluice): Runner {
  const route = `/${peer}`;
  const { data } = frame;
  switch (peer) {
    case "corked": {
      const sockets = arena.route(route, (behavior) => behavior);
      const tick = corkedTick(sockets, work.messages, data, false);
      return { ...runner(work, route, tick), tick };
    }
    case "publish":
      arena.route(route, (behavior) => ({
        ...behavior,
        open: (socket) => {
          behavior.open?.(socket);
          socket.subscribe("everyone");
        },
      }));
      return runner(work, route, () => arena.app.publish("everyone", data, false, false));
    case "outboxes":
      arena.route(route, (behavior) => alone.wrap(behavior));
      return runner(work, route, () => alone.broadcast(frame));
    case "naive": {
      const sockets = arena.route(route, (behavior) => behavior);
      const tick = () => {
        for (const socket of sockets) {
          for (let left = work.messages; left > 0; left--) socket.send(data, false, false);
        }
      };
      return { ...runner(work, route, tick), tick };
    }
    default:
      return peer satisfies never;
  }
}
