/** The channels of Sluice across machines, by NATS. */
export { type DropReason, dropReasons } from "./Drops.js";
export { NatsBus } from "./NatsBus.js";
export type { NatsBusOptions, StreamOptions } from "./NatsBusOptions.js";
