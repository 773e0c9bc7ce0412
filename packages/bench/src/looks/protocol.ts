/** What is asked of the process that is looked at. */

export type LooksRequest =
  | { readonly ask: "port" }
  /** Begins to watch the event loop, and to draw the live table if that is wanted. */
  | { readonly ask: "watch"; readonly hasTable: boolean }
  /** Ends both: answers the longest time for which the loop did not turn, in milliseconds. */
  | { readonly ask: "longest" };
