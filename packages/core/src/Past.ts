/**
 * What an outbox at rest has behind it. While nothing is in it and nothing of late, another that is made with it is the
 * same outbox: whoever has many that are quiet need not keep them.
 */
import type { Ledger } from "./ledger/Ledger.js";
import type { WaitingLine } from "./line/WaitingLine.js";

export interface Past {
  readonly ledger: Ledger;
  /** An empty line, which knows how long it was. */
  readonly line: WaitingLine<never>;
  readonly throttleEvents: number;
  readonly pauseEvents: number;
  readonly pausedMillis: number;
}
