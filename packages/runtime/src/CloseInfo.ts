/** How a connection ended. */

/** What the other side is told when a connection is closed. */
export interface CloseOptions {
  /** A close code of the WebSocket protocol (RFC 6455, 7.4). */
  readonly code?: number;
  /** At most 123 bytes as UTF-8. */
  readonly reason?: string;
}

/** Why a connection closed. */
export interface CloseInfo {
  readonly code: number;
  readonly reason: string;
  /** Whether we closed it in order, cut it off, or gave up flushing it, or the other side closed it. */
  readonly by: "close" | "eviction" | "deadline" | "peer";
}

/** Closed because the client reads too slowly: 1013 is "try again later". */
export const slowConsumer: Required<CloseOptions> = { code: 1013, reason: "slow consumer" };
