/** What a connection says of itself at a moment, by itself, beside what it said before, and beside its books. */
import { imbalance, type Statistics, total, type Volume } from "@sluice/core";
import type { ConnectionStatistics } from "@sluice/runtime";
import type { Books } from "./Books.js";

/** A rule that does not hold, and the numbers. */
export type Breach = readonly [rule: string, words: string];

/** What is wrong, if anything: the first of it. */
export function ledgerBreach(
  books: Books,
  now: ConnectionStatistics,
  isPlain: boolean,
): Breach | undefined {
  return (
    balance(books, now) ??
    bounds(books, now, isPlain) ??
    growth(books.before, now) ??
    delay(books, now) ??
    health(now) ??
    receipts(books, now)
  );
}

function balance(books: Books, now: ConnectionStatistics): Breach | undefined {
  const { messages, bytes } = imbalance(now);
  if (messages !== 0) return ["R1", `${messages} messages are in none of the counters`];
  if (bytes !== 0) return ["R2", `${bytes} bytes are in none of the counters`];
  if (now.offered.messages !== books.offered) {
    return ["R1", `${books.offered} were offered, ${now.offered.messages} are counted`];
  }
  const { delivered } = now;
  if (delivered.messages !== books.handed.length) {
    const found = `${books.handed.length} were handed over, ${delivered.messages} are counted`;
    return ["R1", found];
  }
  if (delivered.bytes !== books.handedBytes) {
    return ["R2", `${books.handedBytes} bytes were handed over, ${delivered.bytes} are counted`];
  }
  const isOver = now.state === "closed" && now.buffered.messages + now.waiting.messages > 0;
  return isOver ? ["R1", "it has closed, and holds messages"] : undefined;
}

function bounds(books: Books, now: Statistics, isPlain: boolean): Breach | undefined {
  const { maxMessages, maxBytes, maxWaiters, maxWaitingBytes } = books.connection.configuration;
  const { buffered, waiting } = now;
  if (waiting.messages > maxWaiters) return ["R4", `${waiting.messages} wait of ${maxWaiters}`];
  if (waiting.bytes > maxWaitingBytes) return ["R4", `${waiting.bytes} bytes wait`];
  if (!isPlain) return undefined;
  if (buffered.messages > maxMessages) {
    return ["R3", `${buffered.messages} messages are held, of ${maxMessages}`];
  }
  if (buffered.bytes > maxBytes) return ["R3", `${buffered.bytes} bytes are held, of ${maxBytes}`];
  return undefined;
}

const volumes = ["offered", "enqueued", "delivered", "peak", "peakWaiting"] as const;
const counts = ["throttleEvents", "pauseEvents", "pausedMillis"] as const;

function growth(before: Statistics | undefined, now: Statistics): Breach | undefined {
  if (isMore(now.buffered, now.peak)) return ["R12", "more is held than its peak"];
  if (before === undefined) return undefined;
  for (const name of volumes) {
    if (isMore(before[name], now[name])) return ["R12", `${name} has become less`];
  }
  for (const name of counts) {
    if (before[name] > now[name] + 1e-6) return ["R12", `${name} has become less`];
  }
  for (const [reason, volume] of Object.entries({ ...before.dropped, ...before.rejected })) {
    const after = { ...now.dropped, ...now.rejected }[reason as keyof typeof now.dropped];
    // A fate of both kinds has one name: the later kind is looked at.
    if (reason !== "closed" && reason !== "shed" && isMore(volume, after)) {
      return ["R12", `${reason} has become less`];
    }
  }
  return isMore(total(before.dropped), total(now.dropped))
    ? ["R12", "dropped has become less"]
    : undefined;
}

const isMore = (a: Volume, b: Volume) => a.messages > b.messages || a.bytes > b.bytes;

/** Of a fuller outbox the delay is never shorter. */
function delay(books: Books, { fill, delayMillis }: Statistics): Breach | undefined {
  const { maxDelayMillis, pauseDurationMillis } = books.connection.configuration;
  const most = Math.max(maxDelayMillis, pauseDurationMillis);
  if (!(delayMillis >= 0 && delayMillis <= most)) return ["R13", `a delay of ${delayMillis} ms`];
  for (const seen of books.delays) {
    const isWrong =
      seen.fill < fill ? seen.delayMillis > delayMillis : seen.delayMillis < delayMillis;
    if (seen.fill !== fill && isWrong) {
      return ["R14", `${seen.delayMillis} ms at ${seen.fill}, ${delayMillis} ms at ${fill}`];
    }
    if (seen.fill === fill) return undefined;
  }
  books.delays.push({ fill, delayMillis });
  return undefined;
}

/** What says that a client is slow: written out once more, for what is compared must not be what it is compared with. */
function health({ dropped, rejected, offered, dropRate }: Statistics): Breach | undefined {
  const lost = dropped.evicted.messages + dropped.cleared.messages + dropped.shed.messages;
  const refused =
    rejected.full.messages +
    rejected.timeout.messages +
    rejected["slow-consumer"].messages +
    rejected.shed.messages;
  const rate = offered.messages === 0 ? 0 : (lost + refused) / offered.messages;
  if (Math.abs(rate - dropRate.lifetime) < 1e-9) return undefined;
  return ["R50", `a drop rate of ${dropRate.lifetime} where ${rate} was its client's`];
}

function receipts(books: Books, now: ConnectionStatistics): Breach | undefined {
  const { acknowledged } = now.receipts;
  if (isMore(acknowledged, now.delivered)) return ["R35", "more is acknowledged than delivered"];
  if (books.before !== undefined && isMore(books.before.receipts.acknowledged, acknowledged)) {
    return ["R35", "what is acknowledged has become less"];
  }
  const isLiar = books.socket.story.answers === "early";
  if (!isLiar && acknowledged.messages > books.received.length) {
    return [
      "R36",
      `${acknowledged.messages} are acknowledged, ${books.received.length} were received`,
    ];
  }
  return undefined;
}
