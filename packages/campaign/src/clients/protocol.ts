/** What the campaign and a process of clients say to each other. */
import type { ClientEntry } from "../ledger/Entry.js";

/** How pings are answered: as every client does; not at all; or ahead of what has been read. */
export type Pongs = "answered" | "withheld" | "forged";

export interface Where {
  readonly host: string;
  readonly port: number;
}

export type ClientsRequest =
  | {
      readonly ask: "connect";
      readonly where: Where;
      /** Of the paths that they ask for: a number follows. */
      readonly prefix: string;
      readonly count: number;
      readonly pongs: Pongs;
    }
  | { readonly ask: "pause" }
  | { readonly ask: "resume" }
  | { readonly ask: "trickle"; readonly bytesPerSecond: number | null }
  | { readonly ask: "lateness" }
  | { readonly ask: "fresh"; readonly patienceMillis: number }
  | { readonly ask: "write"; readonly writes: ReadonlyArray<Write> }
  | {
      readonly ask: "churn";
      readonly where: Where;
      readonly count: number;
      readonly atOnce: number;
    }
  | {
      readonly ask: "crowd";
      readonly where: Where;
      readonly count: number;
      readonly holdMillis: number;
    }
  | { readonly ask: "entries" };

/** What one client writes, past any protocol, and what it does then; `base64` is cut by nobody. */
export interface Write {
  /** Its place among the clients of this process. */
  readonly client: number;
  readonly base64: string;
  readonly after: "stay" | "fin" | "rst";
}

/** How late messages were since it was asked before, in milliseconds, over all clients of the process. */
export interface Lateness {
  readonly messages: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** When every client that is open had a message that was due after it was asked; null if that took too long. */
export interface Fresh {
  readonly atMillis: number | null;
}

export interface Churned {
  /** Handshakes that were answered, and those that were not. */
  readonly opened: number;
  readonly refused: number;
}

/** How many of a crowd were answered as long as it was there. */
export interface Crowded {
  readonly answered: number;
}

export type ClientEntries = ReadonlyArray<ClientEntry>;
