/** What messages for many are published on: the topics of a uWebSockets.js app. */
import type { TemplatedApp } from "uWebSockets.js";

/** What all sockets of a route have in common. */
export interface Publishing {
  readonly app: TemplatedApp;
  /** `maxBackpressure` of the route, over which uWebSockets.js would drop; `Infinity` is no limit. */
  readonly limitBytes: number;
}

/** A topic that sockets stay in: a socket that leaves its last topic loses what was published and has not gone out. */
export const home = "sluice";

/** Whether a topic is one of Sluice's own. */
export const isOurTopic = (topic: string): boolean => topic === home || topic.startsWith("sluice:");
