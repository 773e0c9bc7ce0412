/** What the campaign and the process of its server say to each other. */
import type { ConfigurationOptions } from "@sluice/core";
import type { ServerEntry } from "../ledger/Entry.js";

/** Sluice over a library, or that library by hand: a message is sent to everyone, and nobody looks what becomes of it. */
export type Kind = "uws" | "ws" | "uws-bare" | "ws-bare";

export interface ServerOptions {
  readonly kind: Kind;
  readonly host: string;
  readonly messagesPerSecond: number;
  readonly messageBytes: number;
  readonly configuration: ConfigurationOptions;
  readonly maxTotalBytes: number | "off";
  /** Its handlers close, send, offer and publish. */
  readonly isReentrant: boolean;
}

/** One at a time. `settled` is answered when nothing is buffered for anyone who is open, or after a while. */
export type ServerRequest =
  | { readonly ask: "port" }
  | { readonly ask: "start" }
  | { readonly ask: "quiet" }
  | { readonly ask: "look" }
  | { readonly ask: "entries" }
  | { readonly ask: "forget" }
  | { readonly ask: "block"; readonly millis: number }
  | { readonly ask: "clock"; readonly stepMillis: number };

/** Of one connection, when it matters for times. */
export interface Sight {
  readonly client: string;
  /** When it was reported as unhealthy, and when it closed, by the clock that all processes share. */
  readonly reportedMillis: number | null;
  readonly closedMillis: number | null;
  readonly closedBy: string | null;
}

/** A server at a moment. */
export interface Look {
  readonly sights: ReadonlyArray<Sight>;
  /** Connections that are open, and what all of them hold together. */
  readonly open: number;
  readonly bufferedBytes: number;
  /** What those that are behind hold together, as it is counted for `maxTotalBytes`; what they share counts once. */
  readonly budgetBytes: number;
  /** The most that was resident since the start, and what is now. */
  readonly peakResidentBytes: number;
  readonly residentBytes: number;
  /** What was reported as gone wrong. */
  readonly errors: ReadonlyArray<string>;
}

export type Entries = ReadonlyArray<ServerEntry>;

/** What is left when nobody is connected. */
export interface Remains {
  readonly connections: number;
  readonly heapBytes: number;
  /** What keeps the process alive, by kind. */
  readonly resources: Readonly<Record<string, number>>;
}
