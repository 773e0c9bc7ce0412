/** Whose fault it is that a handler failed: of the client, which is slow or has gone, or of the handler. */
import { rejections } from "@sluice/core";
import { SendError } from "../view/SendError.js";

export type Blame = "slow client" | "gone client" | "handler";

/** What is known of whose handler failed. */
export interface Accused {
  /** The connection's id. */
  readonly connection: string;
  readonly isGone: boolean;
  /** Whether an error says that a socket was used after it had closed; sockets that do not throw then need none. */
  readonly isLateUse?: ((error: unknown) => boolean) | undefined;
}

/**
 * About what a handler of a connection threw, whatever that is: a value that does not let itself be looked at is the
 * handler's own. A client that left while a handler awaited is no fault of the handler's.
 */
export function blameFor(error: unknown, { connection, isGone, isLateUse }: Accused): Blame {
  try {
    if (error instanceof SendError && error.connection === connection) {
      if (error.reason === "closed") return "gone client";
      if (rejections[error.reason].isSlowness) return "slow client";
    }
    return isGone && isLateUse?.(error) ? "gone client" : "handler";
  } catch {
    return "handler";
  }
}
