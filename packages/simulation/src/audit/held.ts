/** What a connection must hold, message by message, as its strategy has it: R7, R8, R10 and R11 to the letter. */
import type { ConnectionStatistics } from "@sluice/runtime";
import type { Books } from "./Books.js";
import type { Breach } from "./ledger.js";

/**
 * What has been dropped since the last time leaves what must be held. A message that is `arriving` comes in behind those that
 * its strategy has dropped for it, and may have been shed, or closed over, itself.
 */
export function dropBreach(
  books: Books,
  now: ConnectionStatistics,
  arriving?: number,
): Breach | undefined {
  const { held, known } = books;
  if (held === undefined) return undefined;
  const { dropped } = now;
  const news = {
    evicted: dropped.evicted.messages - known.evicted,
    cleared: dropped.cleared.messages - known.cleared,
    closed: dropped.closed.messages - known.closed,
    shed: dropped.shed.messages - known.shed,
    unsendable: dropped.unsendable.messages - known.unsendable,
  };
  for (const reason of Object.keys(news) as Array<keyof typeof news>) known[reason] += news[reason];
  const { overflow } = books.connection.configuration;
  if (news.evicted > 0 && overflow !== "drop-oldest") return ["R7", `${overflow} has evicted`];
  if (news.cleared > 0 && overflow !== "drop-all") return ["R7", `${overflow} has cleared`];
  const tooMany = (dropped: number, rule: "R10" | "R11"): Breach => [
    rule,
    `${dropped} were dropped of ${held.length} held`,
  ];
  if (news.evicted > held.length) return tooMany(news.evicted, "R11");
  held.splice(0, news.evicted);
  if (news.cleared > 0 && news.cleared !== held.length) return tooMany(news.cleared, "R10");
  held.splice(0, news.cleared);
  if (arriving !== undefined) held.push(arriving);
  const fromHead = news.shed + news.unsendable;
  if (fromHead > held.length) return tooMany(fromHead, "R11");
  held.splice(0, fromHead);
  if (news.closed > 0 && news.closed !== held.length) return tooMany(news.closed, "R11");
  held.splice(0, news.closed);
  return undefined;
}

/** The next message goes. */
export function headBreach(books: Books, number: number): Breach | undefined {
  const { held } = books;
  if (held === undefined) return undefined;
  const head = held.shift();
  if (head === number) return undefined;
  return ["R8", `message ${number} is handed over where ${head ?? "nothing"} is the oldest held`];
}

/** It holds as many as it must. */
export function countBreach(books: Books, now: ConnectionStatistics): Breach | undefined {
  const { held } = books;
  if (held === undefined || held.length === now.buffered.messages) return undefined;
  return ["R11", `${now.buffered.messages} are held where ${held.length} must be`];
}
