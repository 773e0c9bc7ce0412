/** What `maxBytes` comes to in messages: a limit meant in kilobytes, and written in bytes, holds next to none. */
import type { ConfigurationOptions } from "@sluice/core";

/** A short message of JSON: less is a number or two. */
export const ordinaryBytes = 256;

/** What the defaults give each message: 1 MiB for 1,000 of them. */
const roomyBytes = 1_024;

/** So many ordinary messages are an outbox of a size of its own, whatever `maxMessages` says. */
const enoughMessages = 100;

interface Limits {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/** How many ordinary messages fit. */
export function ordinaryMessages({ maxBytes }: Limits): number {
  return Math.floor(maxBytes / ordinaryBytes);
}

/** Whether not one ordinary message fits, or so few that `maxMessages` cannot have been meant beside it. */
export function isTooFewBytes(limits: Limits): boolean {
  const expected = Math.min(enoughMessages, limits.maxMessages / 10);
  return ordinaryMessages(limits) < Math.max(1, expected);
}

/** A limit in bytes that so many messages are the first to reach. */
export function roomFor(maxMessages: number): Required<Pick<ConfigurationOptions, "maxBytes">> {
  return { maxBytes: maxMessages * roomyBytes };
}
