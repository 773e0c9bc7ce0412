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

/**
 * A code and a reason that can be sent.
 *
 * @throws {RangeError} for a code that RFC 6455 does not allow in a frame, or a reason that does not fit in.
 */
export function farewell(options: CloseOptions, otherwise: Required<CloseOptions>) {
  const { code = otherwise.code, reason = otherwise.reason } = options;
  const isDefined = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
  if (!Number.isInteger(code) || !(isDefined || (code >= 3000 && code <= 4999))) {
    throw new RangeError(`close code (${code}) must be 1000 to 1003, 1007 to 1014 or 3000 to 4999`);
  }
  const bytes = Buffer.byteLength(reason);
  if (bytes > maxReasonBytes) {
    throw new RangeError(`close reason (${bytes} bytes) must have at most ${maxReasonBytes} bytes`);
  }
  return { code, reason };
}

/** A control frame holds 125 bytes, two of them the code. */
const maxReasonBytes = 123;
