/** What happens to a message that finds no room, as data: the outbox and `FlowController` read the same rows. */

/** The five strategies, in the order of how much they lose. */
export const overflowStrategies = [
  "block",
  "drop-newest",
  "drop-oldest",
  "drop-all",
  "disconnect",
] as const;

/** How a full outbox treats a message: see {@link overflowRules}. */
export type OverflowStrategy = (typeof overflowStrategies)[number];

/** One strategy's answer. */
export interface OverflowRule {
  /** What leaves the buffer to make room: nothing, messages from the head until it fits, or everything. */
  readonly evicts: "nothing" | "oldest" | "all";
  /** Whether the new message is taken once that has left. */
  readonly accepts: boolean;
  /** Whether a sender that can wait waits for room. */
  readonly waits: boolean;
  /** Whether the connection is closed as a slow consumer. */
  readonly disconnects: boolean;
}

/** The rules by strategy. */
export const overflowRules: Readonly<Record<OverflowStrategy, OverflowRule>> = {
  block: { evicts: "nothing", accepts: false, waits: true, disconnects: false },
  "drop-newest": { evicts: "nothing", accepts: false, waits: false, disconnects: false },
  "drop-oldest": { evicts: "oldest", accepts: true, waits: false, disconnects: false },
  "drop-all": { evicts: "all", accepts: true, waits: false, disconnects: false },
  disconnect: { evicts: "nothing", accepts: false, waits: false, disconnects: true },
};
