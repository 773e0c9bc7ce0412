/** What is said to the process of a server that walks into a trap of uWebSockets.js, or past it. */

/** uWebSockets.js alone, or with Sluice. */
export type Way = "raw" | "sluice";

/** The messages of the stall: their number and their size. From 16 KB on it happens. */
export const stall = { messages: 3_000, bytes: 20_000 } as const;

/** What is published in the crash. */
export const crash = { messages: 2_000, bytes: 10_000, subscribers: 8 } as const;
