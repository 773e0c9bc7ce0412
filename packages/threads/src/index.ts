/** One port of uWebSockets.js, served by several threads, each with a `Sluice` of its own. */
export type { ThreadsPage } from "./Page.js";
export type { ThreadConnection, ThreadCounts } from "./Protocol.js";
export type { SeamOptions } from "./Seam.js";
export { type Served, serve, type ThreadContext } from "./serve.js";
export { Threads, type ThreadsCloseOptions } from "./Threads.js";
export type { ThreadsOptions } from "./ThreadsOptions.js";
