/** The feed that clients never read, and what is said between the benchmark and the server that sends it. */
export const feed = {
  stalled: 300,
  seconds: 15,
  messagesPerSecond: 1_500,
  messageBytes: 1_024,
};

/** `run` answers how many messages were sent, `resident` the memory of the process in bytes. */
export type FeedRequest = "port" | "resident" | "run";

export type FeedAnswer = number;
