/** R19, R27 to R32: a trace, and another that must have the same outcome. */
import { isDeepStrictEqual } from "node:util";
import { type ConfigurationOptions, configuration } from "@sluice/core";
import { actionsOf, LiveChart, states } from "@sluice/machines";
import { Breach } from "../Breach.js";
import { anything } from "../generators/traces.js";
import { type Entry, type EntryOf, entriesOf, type History, quietMoments } from "../History.js";
import { reference } from "../Model.js";
import { ending, type Operation, type Trace } from "../Operation.js";
import { Player, play } from "../Player.js";
import { type Check, inHistory, type Trial } from "../Rule.js";
import type { Subject, System } from "../System.js";

/** What became of a message, and when. */
interface Outcome {
  readonly entry: Entry;
  readonly id: number;
  readonly millis: number;
  readonly became: string;
}

/**
 * What left, in order, and what every sender was told; nothing says in which order those are told that settle
 * at once, nor whether one is told before its message leaves.
 */
function outcomes(history: History): ReadonlyArray<Outcome> {
  const left = entriesOf(history, "delivered").map((entry) => outcomeOf(entry, "delivered"));
  const told = entriesOf(history, "answered").map((entry) => {
    const { result } = entry;
    const isTaken = result._tag === "Accepted";
    return outcomeOf(entry, isTaken ? `taken, ${result.evicted} evicted` : result.reason);
  });
  return [...left, ...told.sort((a, b) => a.millis - b.millis || a.id - b.id)];
}

const outcomeOf = (entry: EntryOf<"delivered" | "answered">, became: string): Outcome => ({
  entry,
  id: entry.message.id,
  millis: entry.millis,
  became,
});

const inWords = (outcome: Outcome | undefined) =>
  outcome === undefined ? "nothing" : `${outcome.id} ${outcome.became} at ${outcome.millis} ms`;

/** Holds one history against what another says that it should be. */
function compare(
  history: History,
  expected: ReadonlyArray<Outcome>,
  found: ReadonlyArray<Outcome>,
  isSame: (a: Outcome, b: Outcome) => boolean = (a, b) =>
    a.id === b.id && a.became === b.became && Math.abs(a.millis - b.millis) < 1e-6,
): void {
  for (let place = 0; place < Math.max(expected.length, found.length); place++) {
    const [should, is] = [expected[place], found[place]];
    if (should !== undefined && is !== undefined && isSame(should, is)) continue;
    const entry = is?.entry;
    throw new Breach(history, {
      ...(entry && { entry }),
      expected: inWords(should),
      found: inWords(is),
    });
  }
}

/** A check that plays the trace, and the same in another way, and finds the same outcomes. */
function same(another: (trial: Trial, history: History) => Promise<History>) {
  return async (trial: Trial): Promise<History> => {
    const history = await toTheEnd(trial);
    const other = await another(trial, history);
    compare(other, outcomes(history), outcomes(other));
    return history;
  };
}

const toTheEnd = ({ subject, options, trace }: Trial) =>
  play(subject, options, [...trace, ...ending]);

export const batches: Check = {
  rule: "R27",
  law: "a batch equals its singles, one after another",
  needs: ["counted drains"],
  traces: { sends: true, closes: true },
  reaches: ["full", "drained", "dropped", "rejected"],
  judge: same((trial) => toTheEnd({ ...trial, trace: trial.trace.flatMap(singles) })),
};

function singles(operation: Operation): Trace {
  if (operation.op === "offer" && operation.count !== undefined) {
    const { count, ...one } = operation;
    return Array<Operation>(count).fill(one);
  }
  if (operation.op !== "drain" || operation.count > 50) return [operation];
  return Array<Operation>(operation.count).fill({ ...operation, count: 1 });
}

export const payloads: Check = {
  rule: "R28",
  law: "renaming payloads changes nothing",
  needs: [],
  traces: { sends: true, closes: true },
  reaches: ["full", "drained", "dropped"],
  judge: same((trial) => toTheEnd({ ...trial, subject: renamed(trial.subject) })),
};

/** The same system, given other payloads. */
function renamed(subject: Subject): Subject {
  const name = (id: number) => 1_000_000 - id;
  return {
    ...subject,
    make: async (configuration, observe) => {
      const system = await subject.make(configuration, observe);
      const { offer, send, drain, head } = system;
      return {
        ...system,
        ...(offer && { offer: (message) => offer({ ...message, id: name(message.id) }) }),
        ...(send && {
          send: (message, settle) => send({ ...message, id: name(message.id) }, settle),
        }),
        drain: (count, transport) =>
          drain(count, (message) => transport({ ...message, id: name(message.id) })),
        ...(head && {
          head: () => {
            const message = head();
            return message && { ...message, id: name(message.id) };
          },
        }),
      };
    },
  };
}

const factor = 3;

export const timeScales: Check = {
  rule: "R28",
  law: "scaling all times scales all delays and deadlines, to the millisecond of a timer",
  needs: ["delays", "time", "send"],
  traces: { sends: true, cancels: true, closes: true },
  reaches: ["waited", "throttled", "paused", "timed out"],
  judge: async (trial) => {
    const history = await toTheEnd(trial);
    const scaled = await play(
      trial.subject,
      scaledOptions(trial.options),
      history.trace.map((operation) =>
        operation.op === "advance"
          ? { ...operation, millis: operation.millis * factor }
          : operation,
      ),
    );
    const scaledUp = outcomes(history).map((outcome) => ({
      ...outcome,
      millis: outcome.millis * factor,
    }));
    compare(
      scaled,
      scaledUp,
      outcomes(scaled),
      (a, b) => a.id === b.id && a.became === b.became && Math.abs(a.millis - b.millis) <= factor,
    );
    const moments = entriesOf(scaled, "moment");
    for (const [place, { stats }] of entriesOf(history, "moment").entries()) {
      const delay = stats.delayMillis;
      const entry = moments[place];
      const found = entry?.stats.delayMillis ?? Number.NaN;
      if (Math.abs(found - delay * factor) < 0.01) continue;
      throw new Breach(scaled, {
        ...(entry && { entry }),
        expected: `a delay of ${delay * factor} ms`,
        found: `${found} ms`,
      });
    }
    return history;
  },
};

function scaledOptions(options: ConfigurationOptions): ConfigurationOptions {
  const scaled = Object.entries(configuration(options)).map(([field, value]) =>
    field.endsWith("Millis") && typeof value === "number"
      ? [field, value * factor]
      : [field, value],
  );
  return Object.fromEntries(scaled);
}

export const capacity: Check = {
  rule: "R29",
  law: "more capacity never loses more on the same trace, with messages of one size",
  needs: ["offer"],
  configurations: { overflow: ["drop-oldest", "drop-newest"], withoutBytes: true },
  traces: { bytes: 1 },
  reaches: ["full", "drained"],
  judge: async (trial) => {
    const history = await toTheEnd(trial);
    const { maxMessages = 1 } = trial.options;
    for (const more of [1, 3]) {
      const roomier = await toTheEnd({
        ...trial,
        options: { ...trial.options, maxMessages: maxMessages + more },
      });
      const [little, much] = [history, roomier].map(losses) as [number, number];
      if (much <= little) continue;
      const expected = `at most the ${little} losses of ${maxMessages} places`;
      throw new Breach(roomier, { expected, found: `${much} with ${maxMessages + more}` });
    }
    return history;
  },
};

const losses = (history: History) =>
  entriesOf(history, "arrived").length - entriesOf(history, "delivered").length;

export const timeInPieces: Check = {
  rule: "R30",
  law: "time that passes in pieces is time that passes at once",
  needs: ["time", "send", "statistics"],
  traces: { sends: true, cancels: true, closes: true },
  reaches: ["waited", "timed out"],
  judge: same((trial) => toTheEnd({ ...trial, trace: trial.trace.flatMap(pieces) })),
};

/** Pieces of 1, 4, 9, 1, 4, 9 … milliseconds. */
function pieces(operation: Operation): Trace {
  if (operation.op !== "advance" || operation.millis > 1_000) return [operation];
  const parts: Array<Operation> = [];
  for (let left = operation.millis; left > 0; ) {
    const millis = Math.min(left, ((parts.length % 3) + 1) ** 2);
    parts.push({ op: "advance", millis });
    left -= millis;
  }
  return parts.length === 0 ? [operation] : parts;
}

export const independence: Check = {
  rule: "R31",
  law: "connections do not interfere: two interleaved traces have the outcomes that each has alone",
  needs: [],
  traces: { sends: true, cancels: true, closes: true },
  reaches: ["full", "drained", "waited", "dropped"],
  judge: async (trial) => {
    const { subject, options } = trial;
    const history = await toTheEnd(trial);
    const trace = history.trace;
    const neighbour = [...trial.trace].reverse();
    const given = configuration(options);
    const one = await Player.start(subject, given, trace);
    const other = await Player.start(subject, given, neighbour);
    try {
      for (let place = 0; place < trace.length; place++) {
        const [mine, its] = [trace[place], neighbour[place]];
        if (its !== undefined) await other.play(its, place);
        if (mine !== undefined) await one.play(mine, place);
      }
    } finally {
      await one.dispose();
      await other.dispose();
    }
    compare(one.history, outcomes(history), outcomes(one.history));
    const [found, expected] = [one.history, history].map((each) =>
      JSON.stringify(quietMoments(each).at(-1)?.stats),
    ) as [string, string];
    if (found !== expected) throw new Breach(one.history, { expected, found });
    return history;
  },
};

/** Plays a trial to its end, with something done to the system around every operation. */
async function playBeside(
  { subject, options }: Trial,
  { trace }: History,
  meanwhile: (system: System) => void,
): Promise<History> {
  const player = await Player.start(subject, configuration(options), trace);
  try {
    for (const [index, operation] of trace.entries()) {
      meanwhile(player.system);
      await player.play(operation, index);
    }
    return player.history;
  } finally {
    await player.dispose();
  }
}

export const stalledNeighbour: Check = {
  rule: "R26",
  law: "a stalled neighbour on the same flush changes nothing in what a connection is told and delivers",
  needs: ["neighbours"],
  traces: { sends: true, cancels: true, closes: true },
  reaches: ["full", "drained", "waited", "dropped"],
  judge: async (trial) => {
    const history = await toTheEnd(trial);
    const beside = await playBeside(trial, history, (system) => system.troubleNeighbour?.());
    sameToTheEye(beside, history);
    return history;
  },
};

export const snapshotContinues: Check = {
  rule: "R33",
  law: "a snapshot to JSON and back in mid-trace continues identically",
  needs: ["snapshot"],
  traces: { sends: true, cancels: true, closes: true },
  reaches: ["full", "waited", "dropped", "timed out", "resumed"],
  judge: async (trial) => {
    const history = await toTheEnd(trial);
    // Before every operation is more than at any one place: what is lost once stays lost.
    const restarted = await playBeside(trial, history, (system) => system.restart?.());
    sameToTheEye(restarted, history);
    return history;
  },
};

export const interruptionLeavesNothing: Check = {
  rule: "R19",
  law: "a sender that is taken back leaves the others, their waits and timers as without it",
  needs: ["send", "cancel", "time", "statistics"],
  // Of one size: one that finds no room lets smaller ones before it go, and they stay gone when it has left.
  traces: { sends: true, closes: true, bytes: 1 },
  reaches: ["waited", "queued", "timed out"],
  judge: async ({ subject, options: given, trace }) => {
    // A sender more than may wait would be refused, which is another law.
    const options = { ...given, maxWaiters: 1_000 };
    const history = await play(subject, options, [...trace, ...ending]);
    const probe: Trace = [
      { op: "send", bytes: 1 },
      { op: "cancel", waiter: -1 },
    ];
    for (const place of probePlaces(history)) {
      const before = history.trace.slice(0, place);
      const number = before.reduce((sum, operation) => sum + messagesOf(operation), 0);
      const beside = await play(subject, options, [
        ...before,
        ...probe,
        ...history.trace.slice(place),
      ]);
      const told = outcomes(beside);
      if (!told.some(({ id, became }) => id === number && became === "interrupted")) continue;
      const found = told
        .filter(({ id }) => id !== number)
        .map((outcome) => ({ ...outcome, id: outcome.id > number ? outcome.id - 1 : outcome.id }));
      compare(beside, outcomes(history), found);
    }
    return history;
  },
};

/** Places after which a sender that comes is likely to wait. */
function probePlaces(history: History): ReadonlyArray<number> {
  const places = quietMoments(history)
    .filter(({ stats: { waiting, delayMillis, fill } }) => {
      return waiting.messages > 0 || delayMillis > 0 || fill === 1;
    })
    .map(({ index }) => index + 1);
  return [0, 1, 2].flatMap((third) => places[Math.floor((third * places.length) / 3)] ?? []);
}

const messagesOf = (operation: Operation): number => {
  if (operation.op === "send") return 1;
  return operation.op === "offer" ? (operation.count ?? 1) : 0;
};

export const chartAgrees: Check = {
  rule: "R32",
  law: "its steps are those of a live XState actor that is fed the same crossings",
  needs: ["steps"],
  traces: anything,
  reaches: ["throttled", "paused", "dropping", "resumed", "unhealthy", "closing", "closed"],
  judge: inHistory(function* (history) {
    const chart = new LiveChart();
    for (const entry of entriesOf(history, "step")) {
      const { event, to, mask } = entry.step;
      const performed = chart.send(event);
      const expected = JSON.stringify([chart.value, performed]);
      const found = JSON.stringify([states[to]?.value, actionsOf(mask)]);
      if (found !== expected) yield { entry, expected, found };
    }
    const state = entriesOf(history, "moment").at(-1)?.stats.state;
    const row = states.find(({ value }) => isDeepStrictEqual(value, chart.value));
    if (state !== row?.state) yield { expected: `${row?.state}`, found: `${state}` };
  }),
};

export const agreement: Check = {
  rule: "R32",
  law: "it agrees with a naive model of the design, after every operation",
  needs: [
    "offer",
    "send",
    "cancel",
    "deadlines",
    "delays",
    "bytes",
    "statistics",
    "evictions",
    "states",
    "time",
    "close",
  ],
  // The model counts by looking at every message again.
  configurations: { maxMessages: 20 },
  traces: { sends: true, cancels: true, closes: true },
  reaches: [
    "full",
    "throttled",
    "paused",
    "dropping",
    "dropped",
    "rejected",
    "resumed",
    "waited",
    "queued",
    "timed out",
    "interrupted",
    "too large",
    "too many waiting",
    "unhealthy",
    "closing",
    "closed",
  ],
  judge: async (trial) => {
    const history = await toTheEnd(trial);
    const model = await toTheEnd({ ...trial, subject: reference });
    sameToTheEye(history, model, trial.subject.capabilities.includes("health"));
    return history;
  },
};

interface Visible {
  readonly entry: Entry;
  readonly shown: Readonly<Record<string, unknown>>;
}

/** Holds what can be seen of a history against what another shows. */
function sameToTheEye(history: History, other: History, hasHealth = true): void {
  const expected = visible(other, hasHealth);
  for (const [place, { entry, shown }] of visible(history, hasHealth).entries()) {
    const should = expected[place]?.shown;
    if (isDeepStrictEqual(shown, should)) continue;
    throw new Breach(history, {
      entry,
      expected: JSON.stringify(differing(should, shown)),
      found: JSON.stringify(differing(shown, should)),
    });
  }
}

/** What can be compared: how the system is after each operation, what left it, what its senders were told. */
function visible({ entries }: History, hasHealth: boolean): ReadonlyArray<Visible> {
  const parts = ["answered", "delivered", "moment"];
  const rank = (entry: Entry) => (entry.kind === "answered" ? entry.message.id : 0);
  return entries
    .filter((entry) => parts.includes(entry.kind))
    .filter((entry) => entry.kind !== "moment" || entry.where === "operation")
    .sort(
      (a, b) =>
        a.index - b.index || parts.indexOf(a.kind) - parts.indexOf(b.kind) || rank(a) - rank(b),
    )
    .map((entry) => {
      const { index, kind } = entry;
      const millis = Math.round(entry.millis * 1e3) / 1e3;
      if (entry.kind === "answered") {
        return { entry, shown: { index, kind, millis, id: entry.message.id, ...entry.result } };
      }
      if (entry.kind === "delivered") {
        return { entry, shown: { index, kind, millis, id: entry.message.id } };
      }
      const { stats } = entry as Extract<Entry, { kind: "moment" }>;
      const { health, dropRate, ...rest } = stats;
      const pausedMillis = Math.round(stats.pausedMillis * 1e3) / 1e3;
      const shown = { index, kind, millis, ...rest, pausedMillis };
      return { entry, shown: hasHealth ? { ...shown, health, dropRate } : shown };
    });
}

/** The fields in which one differs from another. */
function differing(
  one: Readonly<Record<string, unknown>> = {},
  other: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(one).filter(([field, value]) => !isDeepStrictEqual(value, other[field])),
  );
}
