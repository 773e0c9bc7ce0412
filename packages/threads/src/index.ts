/** One port of uWebSockets.js, served by several threads, each with a `Sluice` of its own. */
export { PortError } from "./Acceptor.js";
export type { PageOptions, ThreadsPage } from "./Page.js";
export type { ThreadConnection, ThreadCounts } from "./Protocol.js";
export type { SeamOptions } from "./Seam.js";
export { type Served, type ServedSluice, serve, type ThreadContext } from "./serve.js";
export { Threads, type ThreadsCloseOptions } from "./Threads.js";
export type { Asker, ThreadsOptions } from "./ThreadsOptions.js";
export type { ThreadAnswer, Whole } from "./Whole.js";
