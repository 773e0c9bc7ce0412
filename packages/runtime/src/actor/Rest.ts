/** What is left of an actor that had nothing to do for a while. One that is made with it goes on in its place. */
import type { Past, Window } from "@sluice/core";

/** What is known of a client that has received everything. */
export interface ReceiptsAtRest {
  /** Of the latest mark; 0 while none was answered. */
  readonly number: number;
  readonly secret: number;
  readonly window: Window;
}

export interface Rest extends ReceiptsAtRest {
  readonly past: Past;
  /** How often the transport refused a message. */
  readonly refusals: number;
}
