/**
 * What a client is told that is closed for what it sends. Too many in a second break a rule that it can keep: 1008, "policy
 * violation". Too many that wait say that handlers are behind, which may be over when it comes back: 1013, "try again later".
 */
import type { Farewell } from "../actor/CloseInfo.js";
import type { IncomingLimits } from "./IncomingOptions.js";

/** `too many messages: more than 20 a second`. */
export function tooOften({ rate }: Pick<IncomingLimits, "rate">): Farewell {
  return { code: 1008, reason: `too many messages: more than ${rate?.perSecond} a second` };
}

/** With one more so many messages would wait: over the bound, or else it is their bytes that are. */
export function tooManyWait(
  { maxMessages, maxBytes }: Pick<IncomingLimits, "maxMessages" | "maxBytes">,
  messages: number,
): Farewell {
  const over =
    messages > maxMessages
      ? `messages wait: more than ${maxMessages}`
      : `bytes wait: more than ${maxBytes}`;
  return { code: 1013, reason: `too many ${over}` };
}
