/** How a connection ended. */
import { isPlainObject, kindOf, type Volume } from "@sluice/core";

/** What the other side is told when a connection is closed. */
export interface CloseOptions {
  /** A close code of the WebSocket protocol (RFC 6455, 7.4). */
  readonly code?: number | undefined;
  /** Well-formed text, at most 123 bytes as UTF-8. */
  readonly reason?: string | undefined;
}

/** Why a connection closed. */
export interface Closure {
  readonly code: number;
  readonly reason: string;
  /**
   * Who ended it: we closed it in order (`close`), cut it off (`eviction`) or gave up flushing it (`deadline`); its
   * socket's own timeout, because nothing was heard of it for too long (`idle`); or the other side (`peer`).
   */
  readonly by: "close" | "eviction" | "deadline" | "idle" | "peer";
}

/** Why a connection closed, and what its client had certainly received by then. */
export interface CloseInfo extends Closure {
  /**
   * What of the delivered messages is known to have arrived, first to last: so many, from the first on. After an orderly
   * close the client may still read the rest: `stats().receipts` goes on counting until its socket is gone.
   */
  readonly acknowledged: Volume;
}

/** A code and a reason that can be sent. */
export interface Farewell {
  readonly code: number;
  readonly reason: string;
}

/** Closed because all is said: 1000 is the code of an ordinary end. */
export const normalClosure: Farewell = { code: 1000, reason: "" };

/** Closed because the client reads too slowly: 1013 is "try again later". */
export const slowConsumer: Farewell = { code: 1013, reason: "slow consumer" };

/** Closed because the client sends more pings than it may: 1008 is "policy violation". */
export const tooManyPings: Farewell = { code: 1008, reason: "too many pings" };

/**
 * A code and a reason that can be sent.
 *
 * @throws {TypeError} for options that are not an object of `code` and `reason`, a number and a string.
 * @throws {RangeError} for a code that RFC 6455 does not allow in a frame, or a reason that does not fit in or is
 * not well-formed: half a surrogate pair cannot be sent.
 */
export function farewell(options: CloseOptions, otherwise: Farewell): Farewell {
  if (!isPlainObject(options)) {
    throw new TypeError(`close options must be { code, reason }, not ${kindOf(options)}`);
  }
  for (const field of Object.keys(options)) {
    if (field === "code" || field === "reason") continue;
    throw new TypeError(`${field} is not an option of closing: there are code and reason`);
  }
  const { code = otherwise.code, reason = otherwise.reason } = options;
  const isDefined = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
  if (!Number.isInteger(code) || !(isDefined || (code >= 3000 && code <= 4999))) {
    throw new RangeError(
      `close code (${shown(code)}) must be 1000 to 1003, 1007 to 1014 or 3000 to 4999`,
    );
  }
  if (typeof reason !== "string") {
    throw new TypeError(`close reason must be a string, not ${kindOf(reason)}`);
  }
  if (!reason.isWellFormed()) {
    throw new RangeError("close reason must be well-formed: it holds half a surrogate pair");
  }
  const bytes = Buffer.byteLength(reason);
  if (bytes > maxReasonBytes) {
    throw new RangeError(`close reason (${bytes} bytes) must have at most ${maxReasonBytes} bytes`);
  }
  return { code, reason };
}

const shown = (code: unknown) => (typeof code === "number" ? `${code}` : kindOf(code));

/** A control frame holds 125 bytes, two of them the code. */
export const maxReasonBytes = 123;
