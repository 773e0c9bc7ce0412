/** What the benchmark, the server with very many connections and the processes of their clients say to each other. */

/** Sluice with its app known, or uWebSockets.js alone, with one topic for all. */
export type Kind = "sluice" | "raw";

/** Of each message: its number and when it was published, as two numbers of 8 bytes, and what fills it up. */
export const messageBytes = 128;

/** Milliseconds since the machine started: the same clock in all its processes. */
export const monotonicMillis = () => Number(process.hrtime.bigint()) / 1e6;

/** `rest` watches the loop while nothing is sent, `broadcast` while a message goes to everyone each second. */
export type ServerRequest =
  | { readonly ask: "port" }
  | { readonly ask: "footprint" }
  | { readonly ask: "joined" }
  | { readonly ask: "rest"; readonly seconds: number }
  | { readonly ask: "broadcast"; readonly messages: number }
  | { readonly ask: "counts" };

/** In bytes, after garbage has been collected. */
export interface Footprint {
  readonly heap: number;
  readonly resident: number;
}

/** How late a timer of 1 ms was, itself included, in milliseconds. */
export interface LoopDelay {
  readonly median: number;
  readonly p99: number;
  readonly max: number;
}

/** What the server has counted, summed up over its connections. */
export interface Counts {
  readonly connections: number;
  readonly offered: number;
  readonly delivered: number;
  readonly acknowledged: number;
  /** Dropped, rejected, buffered or waiting. */
  readonly others: number;
}

export type ClientsRequest =
  | {
      readonly ask: "connect";
      readonly port: number;
      readonly from: string;
      readonly count: number;
    }
  | { readonly ask: "ledger" };

/** What the clients of one process have received. */
export interface Ledger {
  /** Who has received the message of each number, and when the last did. */
  readonly clients: ReadonlyArray<number>;
  readonly lastMillis: ReadonlyArray<number>;
  readonly publishedMillis: ReadonlyArray<number>;
  /** Messages that were not the next one for the client that received them. */
  readonly strangers: number;
  /** Connections that have closed. */
  readonly closed: number;
}
