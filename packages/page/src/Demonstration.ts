/** What the page may do to a server that was started for demonstration. */
import type { OverflowStrategy } from "@sluice/core";
import type { DemoClientInfo } from "./Protocol.js";

export type { DemoClientInfo };

/** How fast a client reads. */
export type ClientKind = "fast" | "slow" | "stalled";

/** The controls. What throws is told to the page with its message. */
export interface Demonstration {
  readonly feedRate: number;
  readonly maxClients: number;
  readonly clients: ReadonlyArray<DemoClientInfo>;
  /** @throws {Error} when there are too many. */
  addClients(options: {
    readonly kind: ClientKind;
    readonly strategy: OverflowStrategy;
    readonly count: number;
  }): void;
  /** null is as fast as it can, 0 not at all. @throws {Error} for a client that is not there. */
  setSpeed(client: string, bytesPerSecond: number | null): void;
  /** The client connects anew. @throws {Error} for a client that is not there, or has no choice. */
  setStrategy(client: string, strategy: OverflowStrategy): void;
  /** @throws {Error} for a client that is not there. */
  removeClient(client: string): void;
  /** In messages per second. */
  setFeedRate(rate: number): void;
}
