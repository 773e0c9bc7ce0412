/** R19, R26, R31, R33: what happens beside a trace, or to its system, and must make no difference to it. */
import { configuration } from "@sluice/core";
import { Breach } from "../Breach.js";
import { type History, quietMoments } from "../History.js";
import { endingFor, type Operation, type Trace } from "../Operation.js";
import { Player, play } from "../Player.js";
import type { Check, Trial } from "../Rule.js";
import { compare, outcomes, sameToTheEye, toTheEnd } from "./outcomes.js";

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
    const beside = await Player.during({ subject, configuration: given, trace }, (one) =>
      Player.during({ subject, configuration: given, trace: neighbour }, async (other) => {
        for (let place = 0; place < trace.length; place++) {
          const [mine, its] = [trace[place], neighbour[place]];
          if (its !== undefined) await other.play(its, place);
          if (mine !== undefined) await one.play(mine, place);
        }
        return one.history;
      }),
    );
    compare(beside, outcomes(history), outcomes(beside));
    const [found, expected] = [beside, history].map((each) =>
      JSON.stringify(quietMoments(each).at(-1)?.stats),
    ) as [string, string];
    if (found !== expected) throw new Breach(beside, { expected, found });
    return history;
  },
};

/** Plays a trial to its end, with something done to the system around every operation. */
async function playBeside(
  { subject, options }: Trial,
  { trace }: History,
  what: "troubleNeighbour" | "restart",
): Promise<History> {
  const given = configuration(options);
  return Player.during({ subject, configuration: given, trace }, async (player) => {
    for (const [index, operation] of trace.entries()) {
      await player.beside(what, (system) => system[what]?.());
      await player.play(operation, index);
    }
    return player.history;
  });
}

export const stalledNeighbour: Check = {
  rule: "R26",
  law: "a stalled neighbour on the same flush changes nothing in what a connection is told and delivers",
  needs: ["neighbours"],
  traces: { sends: true, cancels: true, closes: true },
  reaches: ["full", "drained", "waited", "dropped"],
  judge: async (trial) => {
    const history = await toTheEnd(trial);
    const beside = await playBeside(trial, history, "troubleNeighbour");
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
    const restarted = await playBeside(trial, history, "restart");
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
    const options = { ...given, maxWaiters: 1_000, maxWaitingBytes: 2 ** 40 };
    const history = await play(subject, options, [...trace, ...endingFor(options)]);
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
