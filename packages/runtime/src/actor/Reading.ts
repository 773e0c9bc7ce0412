/** What a connection reads in the place of its outbox, while it keeps up: what is published for many. */
import type { Volume } from "@sluice/core";

export interface Reading {
  /** What was published for it in this turn of the event loop, and is not handed over. */
  readonly pending: Volume;
  /** What of that is of channels with limits, which does not wait in its outbox. */
  readonly apart: Volume;
  /** Counts what has been handed over. */
  settle(): void;
  /** Looks whether it keeps up; if not, it has its outbox again. */
  look(): void;
  /** Has it served by its outbox from now on: there is put what is pending. */
  leave(): void;
}
