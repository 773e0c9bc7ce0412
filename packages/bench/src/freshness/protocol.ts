/** The feed whose age is measured, who reads it, and what is said to the processes that send and read it. */
import { type OverflowStrategy, overflowStrategies } from "@sluice/core";

export const feed = {
  messagesPerSecond: 1_500,
  /** Without the header of the frame, which has 4. */
  messageBytes: 1_024,
  /** Large enough for a turn of the feed on a busy machine, and 30 ms of it. */
  maxMessages: 48,
  seconds: 12,
} as const;

/** What a client reads, as a share of the feed; null is as fast as it can. */
export const shares = [0.1, 0.3, 1 / 3, 0.5, 0.9, 1, null] as const;

export type Share = (typeof shares)[number];

/** Bare is uWebSockets.js alone: it keeps whatever a client has not read. */
export const kinds = ["on", "off", "bare"] as const;

export type Kind = (typeof kinds)[number];

export const strategies = overflowStrategies;

/** Where a feed is. */
export const pathOf = (strategy: OverflowStrategy, kind: Kind) => `/${strategy}/${kind}`;

/** Now, in milliseconds since 1970, with their fractions: the same in all processes of a machine. */
export const nowMillis = () => performance.timeOrigin + performance.now();

/** `run` sends to whoever is connected, for so long; the answer comes when that is over. */
export type ServerRequest =
  | { readonly ask: "port" }
  | { readonly ask: "run"; readonly seconds: number };

export interface Reader {
  readonly path: string;
  readonly bytesPerSecond: number | null;
}

/** `connect` is answered when all are connected; `ages` with the ages of what came since `from`, and ends them. */
export type ReadersRequest =
  | { readonly ask: "connect"; readonly port: number; readonly readers: ReadonlyArray<Reader> }
  | { readonly ask: "ages"; readonly sinceMillis: number };

/** How old messages were when they arrived, in milliseconds. */
export interface Ages {
  readonly messages: number;
  readonly median: number;
  readonly p99: number;
  /** It was disconnected. */
  readonly isClosed: boolean;
}
