/**
 * Topics of a WebSocket library, seen from one socket: what is published on one goes to every socket that has joined it,
 * behind all that was sent to that socket, with one call for all of them.
 */
import type { Frame } from "./Frame.js";

export interface Topics {
  /** What a socket may be given in a turn beyond what it takes at once, in bytes as framed; `Infinity` is no limit. */
  readonly limitBytes: number;
  /** Messages that a topic writes at a time: of more, a write for each socket is cheaper. */
  readonly mostMessages: number;
  /** Subscribes; false when what is published would not reach it, and then it has not joined. */
  subscribe(topic: string): boolean;
  unsubscribe(topic: string): void;
  /** To all that have joined. */
  publish(topic: string, frame: Frame): void;
  /** To all that have joined but this one. */
  publishToOthers(topic: string, frame: Frame): void;
}
