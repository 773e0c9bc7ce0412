/** A server that sends to everyone, as one writes it with one library: in a process of its own. */

export const kinds = ["sluice", "ws", "socket.io", "crossws", "Effect's queues"] as const;

export type Kind = (typeof kinds)[number];

export interface Peer {
  readonly port: number;
  /** How many clients are there and may be sent to. */
  connections(): number;
  /** A ping to everyone: their pongs make each write dearer, for all kinds alike. */
  ping(): void;
  /** Sends one message to everyone. */
  send(): void;
}

export const messageText = "x".repeat(128);

/** As many as a lap may be ahead of its readers. */
export const capacity = 65_536;

/** `lap` sends the messages of so many ticks; the answer comes when the last was sent. */
export type PeerRequest =
  | { readonly ask: "port" }
  | { readonly ask: "connections" }
  | { readonly ask: "cpuNanos" }
  | { readonly ask: "lap"; readonly ticks: number; readonly messages: number };

/** A port, a count, nanoseconds, or nothing of interest. */
export type PeerAnswer = number;
