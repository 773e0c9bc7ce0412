/** What becomes of a sender that waits: it is told in time, and not before. */
import type { Statistics } from "@sluice/core";
import type { VirtualTime } from "../engine/index.js";
import type { Books, Wait } from "./Books.js";
import type { Breach } from "./ledger.js";

/** Timers are late by a little, and a loop that stood still counts for so much at the most. */
const slackMillis = 200;
const slackOfStallMillis = 200;

/** A sender has been told after a wait; `reason` is why it was refused. */
export function settleBreach(
  books: Books,
  wait: Wait,
  reason: string | undefined,
  time: VirtualTime,
): Breach | undefined {
  const { overflow, blockTimeoutMillis } = books.connection.configuration;
  const waitedMillis = time.millis - wait.atMillis;
  const blockMillis = overflow === "block" ? blockTimeoutMillis : 0;
  const awakeMillis = waitedMillis - (time.stalledMillis - wait.stalledMillis);
  const slack = slackMillis + (time.stalls - wait.stalls) * slackOfStallMillis;
  if (awakeMillis > wait.delayMillis + blockMillis + slack) {
    const most = wait.delayMillis + blockMillis;
    return [
      blockMillis > 0 ? "R23" : "R13",
      `a sender was told after ${awakeMillis} ms of ${most}`,
    ];
  }
  if (wait.isAborted && reason === undefined) {
    return ["R19", "a sender was let in after it had been given up"];
  }
  if (reason !== "timeout") return undefined;
  if (waitedMillis < blockTimeoutMillis - 1) {
    return ["R18", `a sender has timed out after ${waitedMillis} ms of ${blockTimeoutMillis}`];
  }
  const emptyMillis = time.millis - Math.max(books.emptySinceMillis, wait.atMillis);
  if (emptyMillis > slack && time.stalls === wait.stalls) {
    return ["R24", "a sender has timed out beside an empty outbox"];
  }
  return undefined;
}

/** Who waits for nothing but room is let in when there is some. */
export function wakeBreach(books: Books, now: Statistics): Breach | undefined {
  const { connection, waits } = books;
  if (now.waiting.messages === 0 || now.state === "closing") return undefined;
  const { maxMessages, maxBytes, ...rest } = connection.configuration;
  const isDelayed = rest.maxDelayMillis + rest.minDelayMillis + rest.pauseDurationMillis > 0;
  const [first] = waits.values();
  if (rest.overflow !== "block" || isDelayed || first === undefined) return undefined;
  const { messages, bytes } = now.buffered;
  if (messages >= maxMessages || bytes + first.bytes > maxBytes) return undefined;
  return [
    "R24",
    `a sender of ${first.bytes} bytes waits beside ${messages} messages of ${bytes} bytes`,
  ];
}
