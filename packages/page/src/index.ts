/** The live page: mount it on a uWebSockets.js app, and see every connection of a `Sluice`. */
export type { ClientKind, DemoClientInfo, Demonstration } from "./Demonstration.js";
export { LivePage, type LivePageOptions, livePage } from "./LivePage.js";
export type { Whole } from "./PageQuestion.js";
