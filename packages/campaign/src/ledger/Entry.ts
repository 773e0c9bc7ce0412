/** What both sides of a connection say of it when a trial is over. */
import type { Run } from "./Ranges.js";

/** By the server. */
export interface ServerEntry {
  /** The path that the client asked for: it names it. */
  readonly client: string;
  readonly offered: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly rejected: number;
  readonly buffered: number;
  readonly waiting: number;
  readonly acknowledged: number;
  /** The most that its outbox held. */
  readonly peakBytes: number;
  /** Which messages were delivered, in their order; null where that is not known one by one. */
  readonly numbers: ReadonlyArray<Run> | null;
  /** Who ended it; null while it is open. */
  readonly closedBy: string | null;
  readonly code: number | null;
}

/** By the client. */
export interface ClientEntry {
  readonly client: string;
  readonly received: number;
  readonly numbers: ReadonlyArray<Run>;
  /** Messages whose checksum is not that of their bytes. */
  readonly damaged: number;
  /** Messages with a number that is not above the one before. */
  readonly disordered: number;
  readonly isOpen: boolean;
  /** In the close frame that it received, if it has. */
  readonly code: number | null;
}
