/** A page of the connections of all threads: those of the first thread, in the order in which they came, then the next's. */
import { answerOf } from "./answerOf.js";
import type { ThreadConnection } from "./Protocol.js";
import type { Thread } from "./Thread.js";

export interface ThreadsPage {
  readonly connections: ReadonlyArray<ThreadConnection>;
  /** For the option `after` of the next page; undefined if there is none. */
  readonly next: string | undefined;
}

export interface PageOptions {
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/** The number of a connection in its thread: it comes last in its id. */
export function numberOf(id: string): number {
  return Number(id.slice(id.lastIndexOf("c") + 1));
}

/** Where a page begins: behind this connection of this thread. */
const cursor = /^(\d+):(\d+)$/;

/** @throws {RangeError} for a limit or a place that is none. */
export async function pageOf(
  threads: ReadonlyArray<Thread>,
  { after = "0:0", limit = 100 }: PageOptions,
): Promise<ThreadsPage> {
  const place = cursor.exec(after);
  if (place === null) throw new RangeError(`after (${after}) must be the next of a page`);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= 1_000)) {
    throw new RangeError(`limit (${limit}) must be a whole number from 1 to 1,000`);
  }
  const [first, behind] = [Number(place[1]), Number(place[2])];
  const connections: Array<ThreadConnection> = [];
  for (const thread of threads) {
    if (thread.index < first) continue;
    const asked = {
      after: thread.index === first ? behind : 0,
      limit: limit + 1 - connections.length,
    };
    connections.push(...((await answerOf(thread.ask("connections", asked))) ?? []));
    if (connections.length > limit) break;
  }
  const page = connections.slice(0, limit);
  const last = page.at(-1);
  const hasMore = connections.length > limit && last !== undefined;
  return { connections: page, next: hasMore ? `${last.thread}:${numberOf(last.id)}` : undefined };
}
