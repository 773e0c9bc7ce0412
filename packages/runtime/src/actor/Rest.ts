/** What is left of an actor that had nothing to do for a while. One that is made with it goes on in its place. */
import type { Past, Window } from "@sluice/core";

/** What is known of a client that has received everything. */
export interface ReceiptsAtRest {
  /** Of the latest mark; 0 while none was answered. */
  readonly number: number;
  readonly secret: number;
  readonly window: Window;
}

export interface Rest extends ReceiptsAtRest, Past {
  /** How often the transport refused a message. */
  readonly refusals: number;
}

/** Written out, it has the shape of all others, and takes no more memory than it must. */
export function restOf(past: Past, receipts: ReceiptsAtRest, refusals: number): Rest {
  const { ledger, line, throttleEvents, pauseEvents, pausedMillis } = past;
  const { number, secret, window } = receipts;
  return {
    ledger,
    line,
    throttleEvents,
    pauseEvents,
    pausedMillis,
    number,
    secret,
    window,
    refusals,
  };
}
