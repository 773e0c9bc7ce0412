/** What an adapter brings along for a socket that opens, and what it tells of one that closes. */
import type { Configuration } from "@sluice/core";
import type { Closure } from "../actor/CloseInfo.js";
import type { Ends } from "../adapter/SocketTransport.js";

/** What is to be known of an adapter's sockets. */
export interface SocketKind {
  /** What to ask whoever asks for the connection of a socket that never was open. */
  readonly stranger: string;
  /** Whether an error says that a socket was used after it had closed; sockets that do not throw then need none. */
  readonly isLateUse?: (error: unknown) => boolean;
  /** Says which sockets cannot be paused, if they cannot. */
  readonly cannotPause?: string;
}

/** What a socket is opened with. */
export interface Opening<P> {
  /** Makes its transport, which tells of its end. */
  readonly transport: (ends: Ends) => P;
  /** Closes it, when there will be no connection. */
  readonly refuse: (code: number, reason: string) => void;
  /** Refuses, by throwing, a configuration that its socket could not keep. */
  readonly check?: ((configuration: Configuration) => void) | undefined;
  /** Whether it is still open, for sockets that do not tell at once when they are closed. */
  readonly isOpen?: (() => boolean) | undefined;
  /** 0 is none. */
  readonly idleTimeoutMillis: number;
}

/** How a socket closed that was not closed by its connection. */
export type SocketEnd = Closure & { readonly by: "peer" | "idle" };

/** How it closed when we closed it because its client was silent for too long: in the words of uWebSockets.js. */
export const idle: SocketEnd = {
  code: 1006,
  reason: "WebSocket timed out from inactivity",
  by: "idle",
};
