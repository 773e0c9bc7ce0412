/**
 * What is allowed in a configuration, and unwise: how it shows, what will happen, and changes that may help, the
 * smallest first. Which of them does help is found out by trying: see `dangers.ts`.
 */
import { type Configuration, type ConfigurationOptions, defaults } from "@sluice/core";
import { isTooFewBytes, ordinaryBytes, ordinaryMessages, roomFor } from "./bytes.js";
import { type Closeness, closenessOf, marksOf } from "./marks.js";
import { otherMarks, roomierMarks } from "./otherMarks.js";

export interface Kind {
  readonly name: string;
  readonly isTrue: (settings: Configuration) => boolean;
  readonly what: (settings: Configuration) => string;
  /** The rule that the changes follow. */
  readonly rule: string;
  readonly changes: (settings: Configuration) => Iterable<ConfigurationOptions>;
}

export const kinds: ReadonlyArray<Kind> = [
  marksKind("flaps", {
    what: "it flaps: one message that comes and goes changes the state back and forth",
    rule: "a mark must be cleared two messages below where it is reached",
  }),
  marksKind("sticks", {
    what: "it cannot recover under load: with always one message in it, it is never normal again",
    rule: "throttleAt less hysteresis must leave a message or more",
  }),
  marksKind("adjacent", {
    what: "its marks are next to each other: it is throttled at one message at the most, then paused",
    rule: "pauseAt must lie two messages or more above throttleAt",
  }),
  {
    name: "too few bytes",
    isTrue: isTooFewBytes,
    what: ({ maxMessages, maxBytes }) => {
      const fitting = ordinaryMessages({ maxMessages, maxBytes });
      const of = `maxBytes (${maxBytes}) is in bytes`;
      return fitting === 0
        ? `no ordinary message fits: ${of}, and a message of ${maxBytes + 1} is refused for ever`
        : `hardly a message fits: ${of}, and of ${ordinaryBytes} bytes each it holds ${fitting}, not maxMessages (${maxMessages})`;
    },
    rule: "maxBytes must hold the messages that maxMessages allows, or a hundred of them",
    changes: roomierBytes,
  },
  {
    name: "close in bytes",
    isTrue: isCloseInBytes,
    what: (settings) => {
      const fitting = ordinaryMessages(settings);
      const { throttled, paused, normalAgain } = marksOf(settings, fitting);
      return (
        `its marks are next to each other in bytes: of ${ordinaryBytes} bytes each it holds ${fitting} messages, is ` +
        `throttled at ${throttled} until ${normalAgain}, and paused at ${paused}`
      );
    },
    rule: "the marks must be two messages apart in maxBytes too",
    changes: (settings) => [...roomierBytes(settings), ...roomierMarks(settings)],
  },
  {
    name: "no waiters",
    isTrue: ({ overflow, maxWaiters }) => overflow === "block" && maxWaiters === 0,
    what: () =>
      "nobody can wait for room: every send to a full outbox is rejected, and block is drop-newest",
    rule: "maxWaiters must be at least the number of senders of a connection",
    changes: () => [{ maxWaiters: defaults.maxWaiters }],
  },
  {
    name: "no time to wait",
    isTrue: ({ overflow, blockTimeoutMillis }) => overflow === "block" && blockTimeoutMillis === 0,
    what: () =>
      "nobody waits for room: a send to a full outbox times out at once, and block is drop-newest",
    rule: "blockTimeoutMillis must be the time that a client may take to catch up",
    changes: () => [{ blockTimeoutMillis: defaults.blockTimeoutMillis }],
  },
  {
    name: "evicted unwarned",
    isTrue: ({ evictTimeoutMillis, stallTimeoutMillis }) =>
      evictTimeoutMillis !== null && evictTimeoutMillis < stallTimeoutMillis,
    what: () => "a client is cut off before it is reported as stalled: nobody is warned",
    rule: "evictTimeoutMillis must be at least stallTimeoutMillis",
    changes: ({ stallTimeoutMillis }) => [
      { evictTimeoutMillis: 2 * stallTimeoutMillis },
      { evictTimeoutMillis: stallTimeoutMillis },
    ],
  },
  {
    name: "evicted for a pause",
    isTrue: (settings) => isTooYoung(settings),
    what: (settings) =>
      `a client is closed before it can be slow: a message waits for up to ${patienceMillis(settings)} ms ` +
      "by pauses alone, or between two looks at its outbox",
    rule: "evictAgeMillis must be at least pauseDurationMillis and maxDelayMillis, and 1,000 ms",
    changes: (settings) => [{ evictAgeMillis: patienceMillis(settings) }],
  },
  {
    name: "nothing to evict for",
    isTrue: ({ evictDropRate, overflow }) =>
      evictDropRate !== null && (overflow === "block" || overflow === "disconnect"),
    what: ({ overflow }) =>
      overflow === "block"
        ? "evictDropRate counts nothing that is awaited: block loses only what is offered without waiting, or times out"
        : "evictDropRate comes too late: disconnect closes at the first message that finds no room",
    rule: "evictDropRate needs a strategy that drops; with others it must be null",
    changes: () => [{ evictDropRate: null }],
  },
  {
    name: "lossy for less than it is measured",
    isTrue: ({ evictDropRate, evictDropMillis, evictGraceMillis, healthWindowMillis }) =>
      evictDropRate !== null && evictDropMillis + evictGraceMillis < healthWindowMillis,
    what: ({ healthWindowMillis }) =>
      `a client is closed for one burst: what is lost at once counts for ${healthWindowMillis} ms`,
    rule: "evictDropMillis must be at least healthWindowMillis",
    changes: ({ healthWindowMillis }) => [{ evictDropMillis: healthWindowMillis }],
  },
  {
    name: "stall noticed late",
    isTrue: ({ watchdogMillis, stallTimeoutMillis }) => watchdogMillis > stallTimeoutMillis,
    what: () =>
      "a stall is noticed late: the transport is looked at more rarely than a stall takes",
    rule: "watchdogMillis must be at most stallTimeoutMillis",
    changes: ({ stallTimeoutMillis }) => [
      { watchdogMillis: Math.min(defaults.watchdogMillis, stallTimeoutMillis) },
    ],
  },
  {
    name: "no time to close",
    isTrue: ({ closeTimeoutMillis }) => closeTimeoutMillis === 0,
    what: () => "an orderly close loses what is queued: there is no time to flush it",
    rule: "closeTimeoutMillis must be the time that a flush may take",
    changes: () => [{ closeTimeoutMillis: defaults.closeTimeoutMillis }],
  },
];

/** A message may wait so long though its client is quick; a server looks at an outbox once a second. */
function patienceMillis({ pauseDurationMillis, maxDelayMillis }: Configuration): number {
  return Math.max(1_000, pauseDurationMillis, maxDelayMillis);
}

function isTooYoung(settings: Configuration): boolean {
  const { evictAgeMillis } = settings;
  return evictAgeMillis !== null && evictAgeMillis < patienceMillis(settings);
}

function marksKind(name: Closeness, { what, rule }: { readonly what: string; rule: string }): Kind {
  return {
    name,
    isTrue: (settings) => closenessOf(settings, settings.maxMessages).includes(name),
    what: () => what,
    rule,
    changes: otherMarks,
  };
}

/** Where bytes are the limit before messages are, the marks lie in bytes. */
function isCloseInBytes(settings: Configuration): boolean {
  const fitting = ordinaryMessages(settings);
  if (isTooFewBytes(settings) || fitting >= settings.maxMessages) return false;
  return closenessOf(settings, fitting).length > 0;
}

function roomierBytes({ maxMessages }: Configuration): ReadonlyArray<ConfigurationOptions> {
  return [roomFor(Math.min(maxMessages, 1_024)), roomFor(maxMessages)];
}
