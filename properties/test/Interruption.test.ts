/** R19, the core's share: a sender that is taken back leaves nothing behind. The actor has the rest. */
import { type ConfigurationOptions, configuration, type Statistics } from "@sluice/core";
import {
  type ConfigurationScope,
  configurations,
  type Entry,
  ending,
  outboxSystem,
  Player,
  play,
  type Trace,
  type TraceScope,
  traces,
} from "@sluice/properties";
import fc from "fast-check";
import { expect, test } from "vitest";

/** Plays a trace; at each of `places` another sender comes and is taken back at once, if it waits. */
function playWith(options: ConfigurationOptions, trace: Trace, places: ReadonlySet<number>) {
  const player = new Player(outboxSystem, configuration(options));
  let interrupted = 0;
  [...trace, ...ending].forEach((operation, index) => {
    if (places.has(index)) {
      const cancel = player.system.send({ id: -1, bytes: 1 }, () => {});
      if (cancel === undefined) return;
      cancel();
      interrupted++;
    }
    player.play(operation, index);
  });
  return { player, interrupted };
}

/** What became of the other messages, and when. */
function outcomes(entries: ReadonlyArray<Entry>) {
  return entries.flatMap((entry) => {
    if (entry.kind !== "answered" && entry.kind !== "delivered") return [];
    const { kind, index, millis, message } = entry;
    return [{ kind, index, millis, message, result: "result" in entry ? entry.result : undefined }];
  });
}

/** What is counted, without the sender that was taken back. */
function without(
  { offered, rejected, dropRate, health, ...rest }: Statistics,
  interrupted: number,
) {
  return {
    ...rest,
    offered: offered.messages - interrupted,
    rejected: { ...rejected, interrupted: rejected.interrupted.messages - interrupted },
  };
}

const cases: ReadonlyArray<readonly [string, ConfigurationScope, TraceScope]> = [
  [
    "delayed",
    { overflow: ["drop-oldest", "drop-newest", "drop-all", "disconnect"] },
    { sends: true, closes: true },
  ],
  ["blocked", { overflow: ["block"], withoutDelays: true }, { sends: true, closes: true }],
];

test.each(cases)(
  "R19 · a %s sender that is taken back leaves the others, waiters and timers as without it",
  (_, configurationScope, traceScope) => {
    let interruptions = 0;
    const places = fc.array(fc.nat(40), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        configurations(configurationScope),
        traces(traceScope),
        places,
        (given, trace, at) => {
          // A sender more than may wait would be refused, which is another law.
          const options = { ...given, maxWaiters: 1_000 };
          // Only where it has to wait: a sender that is taken at once cannot be taken back.
          const waits = at.filter(
            (place) => playWith(options, trace, new Set([place])).interrupted > 0,
          );
          const one = new Set(waits.slice(0, 1));
          const alone = playWith(options, trace, new Set());
          const beside = playWith(options, trace, one);
          interruptions += beside.interrupted;
          expect(outcomes(beside.player.entries)).toEqual(outcomes(alone.player.entries));
          expect(without(beside.player.system.stats(), beside.interrupted)).toMatchObject({
            ...without(alone.player.system.stats(), 0),
            rejected: {
              ...without(alone.player.system.stats(), 0).rejected,
              interrupted: alone.player.system.stats().rejected.interrupted.messages,
            },
          });
        },
      ),
      { numRuns: 300 },
    );
    expect(interruptions).toBeGreaterThan(50);
  },
);

test("R19 · wherever it is taken back, its message is wholly out: never taken, delivered or told twice", () => {
  let interruptions = 0;
  fc.assert(
    fc.property(configurations(), traces({ sends: true, callbacks: true }), (options, trace) => {
      const player = new Player(outboxSystem, configuration(options));
      [...trace, ...ending].forEach((operation, index) => {
        player.play(operation, index);
      });
      const answers = new Map<number, Array<string>>();
      for (const entry of player.entries) {
        if (entry.kind !== "answered" && entry.kind !== "delivered") continue;
        const what =
          entry.kind === "delivered"
            ? "delivered"
            : entry.result._tag === "Accepted"
              ? "taken"
              : entry.result.reason;
        answers.set(entry.message.id, [...(answers.get(entry.message.id) ?? []), what]);
      }
      for (const seen of answers.values()) {
        if (!seen.includes("interrupted")) continue;
        interruptions++;
        expect(seen).toEqual(["interrupted"]);
      }
    }),
    { numRuns: 300 },
  );
  expect(interruptions).toBeGreaterThan(20);
});

test("R19 · a blocked sender that is taken back leaves the deadline of a delayed one before it", () => {
  const options = { maxMessages: 10, hysteresis: 0, maxDelayMillis: 100, blockTimeoutMillis: 50 };
  const fill: Trace = Array(9).fill({ op: "offer", bytes: 1 });
  const givesUpAfter = (meanwhile: Trace) => {
    const { entries } = play(outboxSystem, { ...options, overflow: "block" }, [
      ...fill,
      { op: "send", bytes: 1 },
      { op: "offer", bytes: 1 },
      ...meanwhile,
      { op: "advance", millis: 1_000 },
    ]);
    return entries.flatMap(({ kind, millis, ...entry }) =>
      kind === "answered" && "message" in entry && entry.message.id === 9 ? [millis] : [],
    );
  };
  const comesAndGoes: Trace = [
    { op: "send", bytes: 1 },
    { op: "cancel", waiter: 1 },
  ];
  expect(givesUpAfter(comesAndGoes)).toEqual(givesUpAfter([]));
});
