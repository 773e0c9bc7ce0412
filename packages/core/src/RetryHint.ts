/**
 * When a client that was closed is to come back, written at the end of the reason that it is given:
 * `slow consumer: no progress for 30 s; retry=12.3`, in seconds, to the millisecond. A close frame has no other place.
 */

/** The hint, at the end of a reason or alone. Six digits are more than a day. */
const pattern = /(?:^|; )retry=(\d{1,6}(?:\.\d{1,3})?)$/;

/** A reason with a hint: come back after so many milliseconds. */
export function withRetry(reason: string, millis: number): string {
  const hint = `retry=${Math.round(millis) / 1000}`;
  return reason === "" ? hint : `${reason}; ${hint}`;
}

/**
 * After how many milliseconds a client that was closed with this reason is to come back; undefined when the reason
 * does not say.
 *
 * @example
 * ```ts
 * import { retryAfterMillis } from "@sluice/core";
 *
 * retryAfterMillis("slow consumer: no progress for 30 s; retry=12.3"); // => 12300
 * ```
 */
export function retryAfterMillis(reason: string): number | undefined {
  const seconds = pattern.exec(reason)?.[1];
  return seconds === undefined ? undefined : Math.round(Number(seconds) * 1000);
}
