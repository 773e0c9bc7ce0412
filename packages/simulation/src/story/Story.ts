/**
 * What happens in one run, as plain data: a server, its clients, and what is done to them step after step. Nothing else
 * decides, so a story that is written down is played again to the letter, and one that is cut is another story.
 */
import type { ConfigurationOptions } from "@sluice/core";

export interface Story {
  readonly server: ServerStory;
  readonly clients: ReadonlyArray<ClientStory>;
  readonly steps: ReadonlyArray<Step>;
}

export interface ServerStory {
  /** Whether a socket tells that it closed inside of the call that closes it, as uWebSockets.js, or later, as `ws`. */
  readonly closes: "at once" | "later";
  /** Clients take turns with them. */
  readonly configurations: ReadonlyArray<ConfigurationOptions>;
  readonly maxTotalBytes: number | "off";
  /** What is for many goes by topics of the library. */
  readonly topics: boolean;
  /** Messages of a turn in one frame, a line each. */
  readonly lines: boolean;
  /** Channels `a.*` have limits of their own. */
  readonly limits: boolean;
  readonly idleTimeoutMillis: number;
  /** Senders wait; if not, what they would send is offered, and it is known to the letter what is held. */
  readonly waits: boolean;
}

export interface ClientStory {
  readonly bytesPerMilli: number;
  readonly roundTripMillis: number;
  readonly temper: "steady" | "away" | "asleep";
  /** When it is first away, or falls asleep. */
  readonly fromMillis: number;
  /** What kernels hold for it. */
  readonly kernelBytes: number;
  /** How it answers pings: `early` is before it has read what is before them. */
  readonly answers: "all" | "never" | "latest" | "late" | "twice" | "early";
  /** Whether its socket tells when it has room again. */
  readonly drains: "told" | "lost" | "inside a send" | "twice";
}

export const operations = [
  "offer",
  "burst",
  "send",
  "broadcast",
  "publish",
  "subscribe",
  "unsubscribe",
  "close",
  "evict",
  "reset",
  "leave",
  "forge",
  "refuse",
  "throw",
  "drain",
  "own",
  "stall",
  "step clock",
  "wait",
  "close server",
] as const;

/** `own` is what the owner of a socket sends past Sluice; `throw` is what the socket does at its next call. */
export type Operation = (typeof operations)[number];

/** Where it is done: by itself, in a handler of a message, or in the next callback of that kind. */
export const places = ["", "message", "settled", "closed", "health"] as const;

export type Place = (typeof places)[number];

/** One shape for all: what an operation has no use for says nothing. */
export interface Step {
  readonly afterMillis: number;
  readonly operation: Operation;
  readonly place: Place;
  /** Modulo how many there are. */
  readonly client: number;
  readonly channel: number;
  readonly bytes: number;
  /** In eighths of the outbox, for a burst. */
  readonly count: number;
  /** Of a stall or a clock; when a sender gives up, 0 never. */
  readonly millis: number;
}

/** What is subscribed to; what is published on are those that are no patterns. */
export const channels = ["a.x", "a.y", "b", "a.*", "**"] as const;
export const names = ["a.x", "a.y", "b"] as const;
