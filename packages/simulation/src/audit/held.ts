/** What a connection must hold, message by message, as its strategy has it: R7, R8, R10 and R11 to the letter. */
import type { ConnectionStatistics } from "@sluice/runtime";
import type { Books } from "./Books.js";
import type { Breach } from "./ledger.js";

/** What has been dropped since the last time leaves what must be held. */
export function dropBreach(books: Books, now: ConnectionStatistics): Breach | undefined {
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
  const fromHead = news.evicted + news.shed + news.unsendable;
  if (news.evicted > 0 && overflow !== "drop-oldest") return ["R7", `${overflow} has evicted`];
  if (news.cleared > 0 && overflow !== "drop-all") return ["R7", `${overflow} has cleared`];
  if (fromHead > held.length) return ["R11", `${fromHead} were dropped of ${held.length} held`];
  held.splice(0, fromHead);
  const all = news.cleared + news.closed;
  if (all > 0 && all !== held.length) {
    return [news.cleared > 0 ? "R10" : "R11", `${all} were dropped of ${held.length} held`];
  }
  if (all > 0) held.length = 0;
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
