/** What is said to the processes of the cluster, and what they answer. */

export const channel = "orders.eur";

export interface NodeOptions {
  readonly name: string;
  /** The same in each of its lives: uWebSockets.js could not take one again that it had got for 0. */
  readonly port: number;
  readonly broker: string;
  /** The file to which it writes what became of each message. */
  readonly ledger: string;
}

/** What became of one message, by who published it. */
export interface Published {
  /** The node that published it, in one of its lives. */
  readonly by: string;
  readonly number: number;
  /** Its position; or why it has none: `unknown` may be there all the same. */
  readonly outcome: number | string;
}

export type NodeRequest =
  | { readonly ask: "begun" }
  | { readonly ask: "publish"; readonly perSecond: number }
  /** Ends publishing; answered when it is known what became of every message. */
  | { readonly ask: "published" };

export type ClientsRequest =
  | {
      readonly ask: "connect";
      readonly urls: ReadonlyArray<string>;
      readonly count: number;
    }
  /** One of them reads nothing for so long. */
  | { readonly ask: "stall"; readonly millis: number }
  /** Until all have come to a position. */
  | { readonly ask: "reach"; readonly position: number; readonly patienceMillis: number }
  | { readonly ask: "accounts" }
  /** How long, from a moment on, until each had a message again that came by another connection. */
  | { readonly ask: "recovered"; readonly sinceMillis: number };

/** What one client received, message by message, over all of its connections. */
export interface Account {
  readonly first: number;
  readonly last: number;
  readonly messages: number;
  readonly connections: number;
  /** What was not the position after the one before it, without a notice of exactly what is missing. */
  readonly wrong: ReadonlyArray<string>;
  /** Positions that it was told it will not get. */
  readonly told: number;
}

export interface Accounts {
  readonly clients: ReadonlyArray<Account>;
  /** What was at each position: who published it, and its number. */
  readonly messages: ReadonlyArray<readonly [position: number, text: string]>;
}
