/** The decisions: state, delay, health, may I send. Each is asked of connections at every fill there is. */
import { configuration, delayMillis, FlowController, Outbox } from "@sluice/core";
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { nanos, type Subject } from "./nanos.js";
import { QuietConnection } from "./QuietConnection.js";

const capacity = 1_000;
const times = 1_000;

/** In nanoseconds. */
const goals = [{ atMost: 20 }];

interface Decision extends Subject {
  /** One that reads the time of the machine is mostly that, and has no target. */
  readonly reads?: "clock";
}

export const decisions: Part = {
  name: "decisions",
  figures: {
    "decide-state": "state of a connection",
    "decide-delay": "delay of a connection",
    "decide-delay-formula": "delay at a fill, worked out",
    "decide-health": "health of an outbox, assessed at a given time",
    "decide-health-clock": "health of a connection, by Effect's clock",
    "decide-is-healthy": "`recordSent` and `isHealthy` of a `FlowController`",
    "decide-can-send": "`canSend` of a `FlowController`",
  },
  run,
};

async function run() {
  const subjects = [state, delay, delayAtFill, health, healthByClock, isHealthy, canSend];
  const measured = await nanos(subjects);
  return subjects.map(({ name, reads }, at) =>
    figure({
      id: name,
      unit: "ns",
      ours: measured[at] ?? [],
      goals: reads === "clock" ? [] : goals,
    }),
  );
}

const settings = configuration({ maxMessages: capacity, maxBytes: 2 ** 30 });

/** One connection for each of 64 fills, from empty to overflowing: all states of the ladder are among them. */
const connections = Array.from({ length: 64 }, (_, index) => {
  const { view } = new QuietConnection(settings);
  const messages = Math.round((capacity * 1.1 * index) / 63);
  for (let count = 0; count < messages; count++) view.offer("message");
  return view;
});

const connectionAt = (index: number) => connections[index & 63] as (typeof connections)[number];

/** Levels that rise from empty to full and fall again, a message at a time, as a buffer's do. */
const levels = Array.from({ length: 2 * capacity }, (_, index) => ({
  messages: index < capacity ? index : 2 * capacity - index,
}));

/** From 0 to 1. */
const shares = Array.from({ length: times }, (_, index) => index / times);

const state: Decision = {
  name: "decide-state",
  times,
  run: () => {
    let held = 0;
    for (let index = 0; index < times; index++) {
      const { state } = connectionAt(index);
      if (state === "paused" || state === "dropping") held++;
    }
    return held;
  },
};

const delay: Decision = {
  name: "decide-delay",
  times,
  run: () => {
    let sum = 0;
    for (let index = 0; index < times; index++) sum += connectionAt(index).delayMillis;
    return sum;
  },
};

const delayAtFill: Decision = {
  name: "decide-delay-formula",
  times,
  run: () => {
    let sum = 0;
    for (const fill of shares) sum += delayMillis(settings, fill);
    return sum;
  },
};

/** As many outboxes as connections, all in the same time, which is given to them. */
let nowMillis = 0;
const outboxes = connections.map((_, index) => {
  const outbox = new Outbox<string>({
    configuration: settings,
    sizeOf: (text) => text.length,
    now: () => nowMillis,
  });
  for (let count = 0; count < capacity + index * 10; count++) outbox.offer("message");
  return outbox;
});

const health: Decision = {
  name: "decide-health",
  times,
  run: () => {
    let healthy = 0;
    nowMillis++;
    for (let index = 0; index < times; index++) {
      if (outboxes[index & 63]?.assess() === "healthy") healthy++;
    }
    return healthy;
  },
};

const healthByClock: Decision = {
  name: "decide-health-clock",
  times,
  reads: "clock",
  run: () => {
    let healthy = 0;
    for (let index = 0; index < times; index++) {
      if (connectionAt(index).assess() === "healthy") healthy++;
    }
    return healthy;
  },
};

const controller = new FlowController(settings, () => performance.now());

const isHealthy: Decision = {
  name: "decide-is-healthy",
  times,
  run: () => {
    let healthy = 0;
    for (let index = 0; index < times; index++) {
      if (index % 8 === 0) controller.recordDropped();
      else controller.recordSent();
      if (controller.isHealthy()) healthy++;
    }
    return healthy;
  },
};

const canSend: Decision = {
  name: "decide-can-send",
  times: levels.length,
  run: () => {
    let may = 0;
    for (const level of levels) if (controller.canSend(level)) may++;
    return may;
  },
};
