/** What is asked of the process that is scraped. */

/** Sliced as the package does it, or in one go. */
export type Way = "sliced" | "at-once";

export type ScrapeRequest =
  | { readonly ask: "port" }
  /** Sends everyone so many messages. */
  | { readonly ask: "use"; readonly messages: number }
  /** Waits until everyone has been looked at, as each second: nothing else is to be done then for a while. */
  | { readonly ask: "watch" }
  /** Ends the watch: answers the longest time for which the loop did not turn, in milliseconds. */
  | { readonly ask: "longest" };
