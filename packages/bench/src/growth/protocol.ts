/** What is asked of a server whose cost is measured. */

/** By topics of its app, or past them, by the outbox of each connection. */
export type Way = "topics" | "outboxes";

export const messageBytes = 128;
/** Messages to everyone in a turn of the event loop. */
export const perTick = 10;

export type GrowthRequest =
  | { readonly ask: "port" }
  /** Connections that read with others. */
  | { readonly ask: "joined" }
  | { readonly ask: "run"; readonly ticks: number; readonly everyMillis: number };
