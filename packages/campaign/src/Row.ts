/** What one fault did to one adapter: a row of the table. */

export interface Row {
  readonly fault: string;
  readonly what: string;
  readonly adapter: string;
  /** Who did it. */
  readonly by: string;
  /** Connections whose ledgers were compared, or things that were tried. */
  readonly cases: number;
  /** Messages for which server and client differ. */
  readonly difference: number;
  /** The most that an outbox held, and what it may hold; null where nothing is held. */
  readonly peakBytes: number | null;
  readonly boundBytes: number | null;
  /** The most that was resident, with Sluice and without; null where there was no such process. */
  readonly residentBytes: number | null;
  readonly controlResidentBytes: number | null;
  /** How late messages were at healthy clients, with Sluice and without, in milliseconds. */
  readonly p99Millis: number | null;
  readonly controlP99Millis: number | null;
  /** From the fault to the report and to the eviction of all victims, and from its end until all have new messages. */
  readonly detectMillis: number | null;
  readonly evictMillis: number | null;
  readonly recoverMillis: number | null;
  readonly leaks: number;
  /** What became of the server without flow control. */
  readonly control: string;
  /** Why the verdict is bad; empty if it is good. */
  readonly problems: ReadonlyArray<string>;
}

/** A row of what has no feed. */
export const plainRow = {
  peakBytes: null,
  boundBytes: null,
  residentBytes: null,
  controlResidentBytes: null,
  p99Millis: null,
  controlP99Millis: null,
  detectMillis: null,
  evictMillis: null,
  recoverMillis: null,
  leaks: 0,
  control: "",
} as const;
