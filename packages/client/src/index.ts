/** A client that comes back, for browsers and Node. */
export { mayReturn } from "./Closing.js";
export { type ClientOptions, type Goodbye, SluiceClient } from "./SluiceClient.js";
export type { ChannelHandlers, Gap, Place } from "./Subscription.js";
