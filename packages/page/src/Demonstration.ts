/** What the page may do to a server that was started for demonstration. */
import type { OverflowStrategy } from "@sluice/core";
import type { DemoClientInfo } from "./Protocol.js";

export type { DemoClientInfo };

/** How fast a client reads. */
export type ClientKind = "fast" | "slow" | "stalled";

/** A control that is elsewhere takes its time. */
type Done = void | Promise<void>;

/** The controls. What throws, or rejects, is told to the page with its message. */
export interface Demonstration {
  readonly feedRate: number;
  readonly maxClients: number;
  readonly clients: ReadonlyArray<DemoClientInfo>;
  /** @throws {Error} when there are too many. */
  addClients(options: {
    readonly kind: ClientKind;
    readonly strategy: OverflowStrategy;
    readonly count: number;
  }): Done;
  /** null is as fast as it can, 0 not at all. @throws {Error} for a client that is not there. */
  setSpeed(client: string, bytesPerSecond: number | null): Done;
  /** The client connects anew. @throws {Error} for a client that is not there, or has no choice. */
  setStrategy(client: string, strategy: OverflowStrategy): Done;
  /** @throws {Error} for a client that is not there. */
  removeClient(client: string): Done;
  /** In messages per second. */
  setFeedRate(rate: number): Done;
}
