/** What is said to the process of a client that stops reading and begins again. */

/** `resume` is answered with the time at which it reads again, by the clock that all processes share. */
export type ClientRequest =
  | { readonly ask: "connect"; readonly port: number }
  | { readonly ask: "stall" }
  | { readonly ask: "resume" }
  | { readonly ask: "ledger" };

/** What it has received. */
export interface ClientLedger {
  readonly messages: number;
  /** Each came after all that were sent before it, and none came twice. */
  readonly isInOrder: boolean;
}
