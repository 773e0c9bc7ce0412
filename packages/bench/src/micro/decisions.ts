/** The decisions: state, delay, health, may I send. Each is asked of connections at every fill there is. */
import { configuration, delayMillis, FlowController, Outbox } from "@sluice/core";
import { heading, row, significant, target } from "../Report.js";
import { spread } from "../Spread.js";
import { nanos, type Subject } from "./nanos.js";
import { QuietConnection } from "./QuietConnection.js";

const capacity = 1_000;
const times = 1_000;

/** The target of each, in nanoseconds. */
const limit = 50;

/** What the original design allowed for each, in nanoseconds. */
const original = { state: 10_000, delay: 50_000, health: 500_000 };

interface Decision extends Subject {
  readonly allowed?: number;
  /** A decision that reads the time of the machine is mostly that, and has no target. */
  readonly reads?: "clock";
}

const nanoseconds = { name: "ns" };

/** Prints the figures; answers whether every target is met. */
export async function decisions(): Promise<boolean> {
  heading("Decisions, nanoseconds each, against what the original design allowed for them");
  const subjects = [state, delay, delayAtFill, health, healthByClock, isHealthy, canSend];
  const measured = await nanos(subjects);
  let allMet = true;
  for (const [index, { name, allowed, reads }] of subjects.entries()) {
    const figure = spread(measured[index] ?? []);
    const note =
      allowed === undefined
        ? ""
        : `original ${allowed / 1000} µs, ${significant(allowed / figure.median)} × as long`;
    if (reads === "clock") row(name, figure, nanoseconds, note);
    else allMet = target(name, figure, nanoseconds, { below: limit }, note) && allMet;
  }
  return allMet;
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
  name: "state of a connection",
  times,
  allowed: original.state,
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
  name: "delay of a connection",
  times,
  allowed: original.delay,
  run: () => {
    let sum = 0;
    for (let index = 0; index < times; index++) sum += connectionAt(index).delayMillis;
    return sum;
  },
};

const delayAtFill: Decision = {
  name: "delay at a fill",
  times,
  allowed: original.delay,
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
  name: "health of an outbox, assessed at a given time",
  times,
  allowed: original.health,
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
  name: "health of a connection, by Effect's clock",
  times,
  allowed: original.health,
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
  name: "FlowController: recordSent, isHealthy",
  times,
  allowed: original.health,
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
  name: "FlowController: canSend",
  times: levels.length,
  run: () => {
    let may = 0;
    for (const level of levels) if (controller.canSend(level)) may++;
    return may;
  },
};
