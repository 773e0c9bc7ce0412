/** What is broadcast in a lap, and where the threads hear of it. */
export const lap = {
  connections: 100,
  messagesPerTick: 10,
  ticks: 100,
  messageBytes: 128,
} as const;

export const channel = "feed";

/** One for each server, by how many threads it has. */
export const signal = (threads: number) => `sluice-bench-${threads}`;
