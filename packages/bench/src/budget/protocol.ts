/** Clients that do not read are each sent messages of their own, and those that do a feed. */
export const load = {
  stalled: 2_000,
  healthy: 8,
  messageBytes: 1_024,
  feedPerSecond: 100,
  seconds: 15,
  maxTotalBytes: 32 * 1024 * 1024,
} as const;

/** `load` fills for so long, and answers what came of it. */
export type BudgetRequest = "port" | "load";

export interface Use {
  /** Above what it was with everyone connected and nothing sent. */
  readonly residentBytes: number;
  /** The most that was on the budget at the end of a turn. */
  readonly budgetBytes: number;
  /** Offered to those who do not read, and given up because of the budget. */
  readonly offered: number;
  readonly shed: number;
  /** Sent to those who read, and lost. */
  readonly fed: number;
  readonly lost: number;
}
