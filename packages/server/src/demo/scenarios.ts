/** The six scenarios of flow control, on real sockets. */
import type { UwsConnection } from "@sluice/uws";
import { type Fact, fact, type Scenario, timed } from "./Fact.js";
import { Stage } from "./Stage.js";

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `message ${index}`);

const normalFlow: Scenario = {
  title: "Normal flow: 10 messages, no delay",
  play: () =>
    Stage.play({}, async (stage) => {
      const messages = numbered(10);
      let delay = 0;
      const waited = await timed(async () => {
        for (const message of messages) {
          delay = Math.max(delay, stage.connection.delayMillis);
          await stage.connection.send(message);
        }
      });
      await stage.resume();
      return [
        fact(`delay ${delay} ms; all ten were sent in ${waited.toFixed(1)} ms`, delay === 0),
        fact(`state ${stage.connection.state}`, stage.connection.state === "normal"),
        fact(
          `the client received ${stage.received.length} of 10, in order`,
          isEqual(stage.received, messages),
        ),
      ];
    }),
};

const throttling: Scenario = {
  title: "Throttling: 70 to 85 % full, maxDelay 100 ms",
  play: () =>
    Stage.play({ maxMessages: 20, maxDelayMillis: 100 }, async (stage) => {
      const { connection } = stage;
      const facts: Array<Fact> = [];
      for (const [messages, expected] of [
        [14, 0],
        [15, 25],
        [16, 50],
        [17, 75],
      ] as const) {
        await stage.fillTo(messages);
        facts.push(
          fact(
            `${percent(connection)} full: state ${connection.state}, delay ${connection.delayMillis} ms`,
            connection.state === "throttled" && connection.delayMillis === expected,
          ),
        );
      }
      const waited = await timed(() => connection.send("after its delay"));
      facts.push(fact(`a send at 85 % full waited ${waited.toFixed(0)} ms`, waited >= 74));
      return facts;
    }),
};

const pause: Scenario = {
  title: "Pause: 95 % full, paused at least 50 ms, resumed",
  play: () =>
    Stage.play({ maxMessages: 20, maxDelayMillis: 50, pauseDurationMillis: 50 }, async (stage) => {
      const { connection } = stage;
      await stage.fillTo(19);
      const full = fact(
        `${percent(connection)} full: state ${connection.state}, delay ${connection.delayMillis} ms`,
        connection.state === "paused" && connection.delayMillis === 50,
      );
      const before = connection.stats().pausedMillis;
      const waited = await timed(() => connection.send("after the pause"));
      await stage.resume();
      const paused = connection.stats().pausedMillis - before;
      const after = await timed(() => connection.send("at once"));
      return [
        full,
        fact(`a send waited ${waited.toFixed(0)} ms`, waited >= 49),
        fact(`paused for ${paused.toFixed(0)} ms, then resumed`, paused >= 49),
        fact(
          `the client read on: state ${connection.state}, the next send took ${after.toFixed(1)} ms`,
          connection.state === "normal" && connection.delayMillis === 0,
        ),
      ];
    }),
};

const dropOldest: Scenario = {
  title: "Drop oldest: 10 of 10 full, 3 more",
  play: () =>
    Stage.play({ maxMessages: 10, overflow: "drop-oldest" }, async (stage) => {
      const { connection } = stage;
      // The client does not read, and the socket takes no more: a burst to one that reads would lose nothing.
      await stage.fillTo(1);
      const messages = numbered(12);
      for (const message of messages.slice(0, 9)) connection.offer(message);
      const full = fact(
        `${connection.stats().buffered.messages} of 10 buffered: ${percent(connection)} full`,
        connection.fill === 1,
      );
      const results = messages.slice(9).map((message) => connection.offer(message));
      const evicted = connection.stats().dropped.evicted.messages;
      const state = connection.state;
      await stage.resume();
      const texts = stage.received.filter((text) => text !== "heavy");
      return [
        full,
        fact(
          `3 more were accepted, ${evicted} evicted: state ${state}`,
          evicted === 3 && state === "dropping" && results.every(({ _tag }) => _tag === "Accepted"),
        ),
        fact(
          `the client received ${texts[0]} to ${texts.at(-1)}, in order`,
          isEqual(texts, messages.slice(2)),
        ),
      ];
    }),
};

const health: Scenario = {
  title: "Health: under and over 10 % lost",
  play: async () => [await healthWith(96, "healthy"), await healthWith(76, "degraded")],
};

/** 100 messages to a client that does not read, into an outbox that refuses what it has no room for. */
function healthWith(maxMessages: number, expected: string): Promise<Fact> {
  return Stage.play({ maxMessages, overflow: "drop-newest" }, async (stage) => {
    const { connection } = stage;
    await stage.fillTo(1);
    for (const message of numbered(100)) connection.offer(message);
    connection.assess();
    const { health, statistics, recommendation } = connection.look();
    const { rejected, offered } = statistics;
    const { action, reason } = recommendation;
    return fact(
      `${rejected.full.messages} of ${offered.messages} lost: ${health}; ${action}: ${reason}`,
      health === expected && rejected.full.messages === 101 - maxMessages,
    );
  });
}

const adaptiveThrottling: Scenario = {
  title: "Adaptive throttling: throttle at 50 %, pause at 90 %, maxDelay 200 ms",
  play: async () => [await adaptive(true, 150), await adaptive(false, 0)],
};

function adaptive(adaptiveThrottling: boolean, expected: number): Promise<Fact> {
  const marks = { throttleAt: 0.5, pauseAt: 0.9, maxDelayMillis: 200 };
  return Stage.play({ maxMessages: 10, ...marks, adaptiveThrottling }, async (stage) => {
    await stage.fillTo(8);
    const { delayMillis } = stage.connection;
    return fact(
      `${adaptiveThrottling ? "on" : "off"}: ${percent(stage.connection)} full gives ${delayMillis} ms`,
      delayMillis === expected,
    );
  });
}

/** In the order in which they are shown. */
export const scenarios: ReadonlyArray<Scenario> = [
  normalFlow,
  throttling,
  pause,
  dropOldest,
  health,
  adaptiveThrottling,
];

function percent({ fill }: UwsConnection): string {
  return `${Math.round(fill * 100)} %`;
}

function isEqual(left: ReadonlyArray<string>, right: ReadonlyArray<string>): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index]);
}
