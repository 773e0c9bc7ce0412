/** What connections are subscribed to, and who is by a pattern. */
import type { Listener } from "./Audience.js";
import type { Channel } from "./Channel.js";

/** Of one connection. */
export interface Holding<S extends Listener> {
  /** Names and patterns, as it gave them. */
  readonly wanted: Set<string>;
  readonly channels: Set<Channel<S>>;
}

export interface Pattern<S extends Listener> {
  readonly matches: (channel: string) => boolean;
  readonly subscribers: Set<S>;
}
