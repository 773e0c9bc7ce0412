/** What the suite needs of an adapter: a server on the loopback whose sockets have connections. */
import type { Context } from "effect";
import type { CloseOptions } from "../../actor/CloseInfo.js";
import type { Message } from "../../adapter/Message.js";
import type { BudgetUse } from "../../budget/MemoryBudget.js";
import type { ChannelView } from "../../channels/ChannelView.js";
import type { PublishOptions } from "../../channels/Publisher.js";
import type { PublishResult } from "../../channels/PublishResult.js";
import type { ConnectionRegistry } from "../../hub/ConnectionRegistry.js";
import type { HubConnection, HubOptions } from "../../hub/HubOptions.js";
import type { IncomingStatistics } from "../../incoming/IncomingCounts.js";

/** How a server is to be. */
export interface ServeOptions {
  /** Of its `Sluice`. */
  readonly options?: HubOptions<readonly [unknown]>;
  readonly context?: Context.Context<never>;
  /** In seconds; the adapter's default if it is left out. */
  readonly idleTimeout?: number;
  /** Whether clients may be pinged; true by default. */
  readonly sendPingsAutomatically?: boolean;
  /** A guarded handler of what clients say. */
  readonly message?: (connection: HubConnection, text: string) => unknown;
}

/** The `Sluice` of an adapter: what all of them have. */
export interface AnySluice {
  readonly connections: ConnectionRegistry<HubConnection>;
  readonly lingering: number;
  readonly budget: BudgetUse | undefined;
  readonly incoming: IncomingStatistics | undefined;
  broadcast(message: Message, options?: PublishOptions): PublishResult;
  publish(channel: string, message: Message, options?: PublishOptions): PublishResult;
  readonly channels: ReadonlyArray<ChannelView>;
  subscribers(channel: string): number;
  close(options?: CloseOptions): Promise<void>;
}

/** A server that listens. */
export interface Serving {
  readonly sluice: AnySluice;
  readonly port: number;
  /** Wraps, by another `Sluice`, what is wrapped already. */
  readonly wrapAgain: () => void;
  /** Stops listening, and ends every socket. */
  readonly stop: () => void | Promise<void>;
}

export interface Adapter {
  readonly name: string;
  readonly serve: (options: ServeOptions) => Promise<Serving>;
}
