/**
 * Every way in which a message can end other than at the transport, as one table: the types, the counters, the
 * words and what counts against a client derive from it.
 */

/** One way of ending. */
export interface Fate {
  /** Whether it says that the client is slow. Only then does it count in its health. */
  readonly isSlowness: boolean;
  /** What happened, for a person to read. */
  readonly words: string;
}

/** Why a message that had been taken was not delivered. */
export const drops = {
  evicted: { isSlowness: true, words: "`drop-oldest` made room for a newer message" },
  cleared: { isSlowness: true, words: "`drop-all` reset the outbox" },
  closed: { isSlowness: false, words: "the connection closed before it was delivered" },
  shed: {
    isSlowness: true,
    words: "maxTotalBytes was exceeded, and this connection held the most",
  },
  unsendable: {
    isSlowness: false,
    words: "its bytes were gone before it was sent, or it could not be encoded",
  },
  conflated: { isSlowness: false, words: "a newer message of its key took its place" },
  expired: { isSlowness: true, words: "it waited for longer than its ttlMillis" },
} as const satisfies Readonly<Record<string, Fate>>;

/** Why a message that was not taken was refused. */
export const rejections = {
  full: { isSlowness: true, words: "the outbox is full and its strategy rejects new messages" },
  timeout: { isSlowness: true, words: "no room came free within blockTimeoutMillis" },
  "too-large": {
    isSlowness: false,
    words: "the message is larger than maxBytes: raise maxBytes, or split the message",
  },
  waiters: {
    isSlowness: false,
    words: "as many senders wait as maxWaiters and maxWaitingBytes allow: await each send",
  },
  interrupted: { isSlowness: false, words: "its sender was interrupted while it waited" },
  "slow-consumer": {
    isSlowness: true,
    words: "the outbox is full and its strategy disconnects",
  },
  shed: {
    isSlowness: true,
    words: "it waited, maxTotalBytes was exceeded, and its connection held the most",
  },
  closed: { isSlowness: false, words: "the connection is closing or closed" },
} as const satisfies Readonly<Record<string, Fate>>;

/** Why a message that had been taken was not delivered: a row of {@link drops}. */
export type DropReason = keyof typeof drops;

/** Why a message was refused: a row of {@link rejections}. */
export type RejectReason = keyof typeof rejections;

/** Every reason for a drop. */
export const dropReasons: ReadonlyArray<DropReason> = reasons(drops);

/** Every reason for a rejection. */
export const rejectReasons: ReadonlyArray<RejectReason> = reasons(rejections);

function reasons<K extends string>(table: Readonly<Record<K, Fate>>): ReadonlyArray<K> {
  return Object.keys(table) as Array<K>;
}
