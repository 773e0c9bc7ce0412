/**
 * What carries the messages of channels to other nodes: threads, processes or machines, each with its own `Sluice`. A bus
 * is given as the option `bus` of one `Sluice`, and serves that one.
 *
 * `join` and `leave` come exactly once for the first and the last member of a name or a pattern on this node. What a bus
 * throws is told and counted, and no publish fails because of it.
 */
import type { Volume } from "@sluice/core";
import type { Frame } from "../adapter/Frame.js";
import type { BusPast, Place } from "../history/Past.js";

/** What became of a message that went to an ordered channel: its position there, or why it has none. */
export type Stored =
  | { readonly _tag: "Stored"; readonly position: Place }
  | { readonly _tag: "Unstored"; readonly reason: string; readonly error?: unknown };

/** How much the slowest member takes now whose strategy is `block`; infinite if there is none. */
export interface Room {
  readonly messages: number;
  readonly bytes: number;
}

/** What a bus has done. */
export interface BusStatistics {
  /** Whether it reaches others now. */
  readonly isConnected: boolean;
  /** Names and patterns that it has joined. */
  readonly joined: number;
  /** Handed to it and not dropped. */
  readonly published: Volume;
  /** Given to this node. */
  readonly received: Volume;
  /** What waits in it, either way. */
  readonly buffered: Volume;
  /** What it has lost, by a reason of its own. */
  readonly dropped: Readonly<Record<string, Volume>>;
}

export interface Bus {
  /** Called once, by the `Sluice` that it is given to. */
  open(node: BusNode): void;
  /** The first member of a name or a pattern is here. */
  join(wanted: string): void;
  /** The last has gone. */
  leave(wanted: string): void;
  /**
   * Whether a channel has one order for all nodes. Its messages go to the bus only, and come back by it to every node, the
   * one that published them too. Those of other channels are given to local members at once, and the bus does not bring
   * them back.
   */
  isOrdered(channel: string): boolean;
  /** Must not wait. Of an ordered channel it promises what becomes of the message, and that promise never rejects. */
  publish(channel: string, frame: Frame): Promise<Stored> | undefined;
  /**
   * What there is of an ordered channel, on whichever node it was published, while the channel is joined by its name. Without
   * this, or where it is undefined, the history of a channel is a node's own.
   */
  past?(channel: string): BusPast | undefined;
  readonly statistics: BusStatistics;
  /** Gives up what it holds, within some seconds. */
  close(): Promise<void>;
}

/** What a bus knows of the node that it serves. */
export interface BusNode {
  /** Gives a message to local members, by the strategy of each. */
  deliver(channel: string, frame: Frame, at?: Place): void;
  /**
   * The same if every member with the strategy `block` has room for it; false if one has not: nothing has changed then, and
   * the bus keeps it. A member that makes it wait for longer than its `blockTimeoutMillis` is closed.
   */
  offer(channel: string, frame: Frame, at?: Place): boolean;
  /** The room of a name or a pattern. */
  room(wanted: string): Room;
  /** Has a function called when there may be more room. Returns how to stop that. */
  onRoom(listener: () => void): () => void;
  /** Tells of what went wrong, at most once a second; it is counted. */
  onError(error: unknown, what: string): void;
}
