/** What a client says that has read nothing: pongs that answer no ping of ours, or one that it has answered. */
import type { Books } from "./audit/Books.js";
import type { Post } from "./Messages.js";

export function forge({ server, audit }: Post, books: Books, count: number): void {
  if (books.socket.isClosed) return;
  const { acknowledged } = books.connection.stats().receipts;
  const stale = books.socket.pings.at(-count) ?? "hello";
  const payloads = [`sluice ${count} 01234567`, "hello", "sluice 0", stale];
  const payload = payloads[count % payloads.length] as string;
  const isTrue = payload === stale && books.socket.pings.includes(stale);
  // Who says once that it is there, and never answers then, has stalled.
  books.isSilent ||= books.socket.story.answers === "never";
  server.pong(books.socket, Buffer.from(payload, "latin1"));
  const after = books.connection.stats().receipts.acknowledged;
  if (!isTrue && after.messages !== acknowledged.messages) {
    audit.check(books, ["R35", `${payload} acknowledges ${after.messages} messages`]);
  }
}
