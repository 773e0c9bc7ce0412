/** What is left of an actor that had nothing to do for a while. One that is made with it goes on in its place. */
import type { Past, Window } from "@sluice/core";
import type { Watchers } from "../watch/Watchers.js";
import type { Ending } from "./Ending.js";

/** What is known of a client that has received everything. */
export interface ReceiptsAtRest {
  /** Of the latest mark; 0 while there was none. */
  readonly number: number;
  /** Whether the client is one that answers. */
  readonly hasAnswered: boolean;
  readonly secret: number;
  readonly window: Window;
}

export interface Rest extends ReceiptsAtRest, Past {
  /** Who looks at it, and who waits for its end. */
  readonly watchers: Watchers | undefined;
  readonly ends: Ending | undefined;
}

/** Written out, it has the shape of all others, and takes no more memory than it must. */
export function restOf(
  past: Past,
  receipts: ReceiptsAtRest,
  watchers: Watchers | undefined,
  ends: Ending | undefined,
): Rest {
  const { ledger, line, throttleEvents, pauseEvents, pausedMillis } = past;
  const { number, hasAnswered, secret, window } = receipts;
  return {
    ledger,
    line,
    throttleEvents,
    pauseEvents,
    pausedMillis,
    number,
    hasAnswered,
    secret,
    window,
    watchers,
    ends,
  };
}
