/**
 * Whoever has the actor of a connection. There may be none: before there is anything to send, and after a time in which
 * there was nothing. What a connection is called, and how it is
 * configured, is known without one.
 */
import type { Configuration } from "@sluice/core";
import type { Watchers } from "../watch/Watchers.js";
import type { Actor } from "./Actor.js";
import type { Identity } from "./Nameplate.js";
import type { ConnectionStatistics } from "./ReceiptStatistics.js";

export interface Holder<T> {
  readonly id: string;
  nameplate: Identity;
  readonly configuration: Configuration;
  /** From now on it is configured so. */
  reconfigure(configuration: Configuration): void;
  /** The actor; it is made if there is none. */
  readonly actor: Actor<T>;
  /** The actor, while there is one. */
  readonly awake: Actor<T> | undefined;
  /** Who looks at it; there may be no actor to look at yet. */
  readonly watchers: Watchers;
  /** What is shown of it while there is none. */
  readonly atRest: ConnectionStatistics;
}
