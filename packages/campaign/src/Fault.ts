/** Something bad that happens to a server and its clients, and what has to hold nevertheless. */
import type { ConfigurationOptions } from "@sluice/core";
import type { Pongs } from "./clients/protocol.js";
import type { Demand } from "./net/Namespaces.js";
import type { Row } from "./Row.js";
import type { Stage } from "./Stage.js";

interface About {
  readonly name: string;
  /** In words, for the table. */
  readonly what: string;
  /** Who does it: a signal, the client. What is done to a way is done by the kernel or by a proxy. */
  readonly by: string;
  /** It is part of `--ci`. */
  readonly isQuick: boolean;
  /** Why it cannot be done on this machine; undefined if it can. */
  readonly needs?: () => string | undefined;
}

/** It happens to a feed, on both adapters. */
export interface Fault extends About {
  readonly setting?: Partial<Setting>;
  /** Does it, and ends it again. */
  strike(stage: Stage): Promise<void>;
  readonly expects: Expectations;
}

/** It happens to a server of its own. */
export interface OwnFault extends About {
  rows(): Promise<ReadonlyArray<Row>>;
}

/** What a server and its clients are like before anything happens. */
export interface Setting {
  readonly victims: number;
  readonly pongs: Pongs;
  /** What is done to the way of the victims; `nothing` lets them come directly. */
  readonly way: Demand | "nothing";
  /** Of the sockets of the victims, where the kernel does it; what it has by itself if not said. */
  readonly receiveBytes: number | undefined;
  readonly configuration: ConfigurationOptions;
  readonly maxTotalBytes: number | "off";
  readonly isReentrant: boolean;
  readonly messagesPerSecond: number;
  readonly messageBytes: number;
  /** What Node is told that runs the server. */
  readonly node: ReadonlyArray<string>;
}

/** Of the server with Sluice. What is left out is not asked for. */
export interface Expectations {
  /** Every victim is reported as unhealthy. */
  readonly reported?: true;
  /** Every victim is closed by the server. */
  readonly evicted?: true;
  /** No victim is closed by the server. */
  readonly spared?: true;
  /** No victim is there any more, whoever ended it. */
  readonly gone?: true;
  /** Everyone is closed in order, by the server. */
  readonly closed?: true;
  /** Every victim that is open has new messages again. */
  readonly recovers?: true;
  /** Healthy clients may lose messages, or their connection: the fault is the server's own. */
  readonly costsHealthy?: true;
}
