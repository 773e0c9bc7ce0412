/** A steady feed to many clients of which some do not read, and what is said to the processes that send and read it. */

export const feed = {
  connections: 300,
  messagesPerSecond: 100,
  messageBytes: 1_024,
  seconds: 4,
} as const;

/** Sluice with its app known, or uWebSockets.js alone, each socket corked by hand. */
export type Kind = "sluice" | "corked";

/** `run` sends for so long, and answers how many messages that were. */
export type FeederRequest = "port" | "run";

/** `latencies` is answered when so many messages have come, and begins anew. */
export type ClientsRequest =
  | {
      readonly ask: "connect";
      readonly port: number;
      readonly reading: number;
      readonly stalled: number;
    }
  | { readonly ask: "latencies"; readonly messages: number };

/** In milliseconds, over all messages of all clients that read. */
export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}
