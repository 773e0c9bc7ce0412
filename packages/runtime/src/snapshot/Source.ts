/**
 * What a snapshot is read from, one message at a time and only when it is asked for: an iterable, a web stream or a `Stream`
 * of Effect. Text and bytes are iterables too, of what is no message: they are none here.
 */
import { type Context, Stream } from "effect";
import type { Message } from "../adapter/Message.js";

/** Messages in the order in which they are sent. What it gives must not change before it has been written. */
export type Snapshot =
  | Iterable<Message>
  | AsyncIterable<Message>
  | ReadableStream<Message>
  | Stream.Stream<Message, unknown>;

/** A snapshot, or a function that makes one: it is called at once, in the moment of the cut. */
export type SnapshotSource = Snapshot | (() => Snapshot | PromiseLike<Snapshot>);

/** One that is being read. */
export interface Source {
  /** The next message, now or later. */
  next(): IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>>;
  /** Nobody reads on. What comes of that may be a promise. */
  close(): unknown;
}

/** Whether something is a snapshot. */
export function isSnapshot(value: unknown): value is Snapshot {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  const { getReader } = value as Partial<ReadableStream>;
  if (typeof getReader === "function" || Stream.isStream(value)) return true;
  return isAsync(value) || typeof (value as Iterable<unknown>)[Symbol.iterator] === "function";
}

export const isSnapshotSource = (value: unknown): value is SnapshotSource =>
  typeof value === "function" || isSnapshot(value);

/** Begins to read. @throws what the snapshot throws, such as for a stream that somebody else reads. */
export function sourceOf(snapshot: Snapshot, context: Context.Context<never>): Source {
  if (Stream.isStream(snapshot)) {
    const stream = snapshot as Stream.Stream<Message, unknown>;
    return iterated(Stream.toAsyncIterableWith(stream, context)[Symbol.asyncIterator]());
  }
  if ("getReader" in snapshot) return read(snapshot.getReader());
  if (isAsync(snapshot)) return iterated(snapshot[Symbol.asyncIterator]());
  return iterated((snapshot as Iterable<Message>)[Symbol.iterator]());
}

const isAsync = (value: object): value is AsyncIterable<Message> =>
  typeof (value as AsyncIterable<Message>)[Symbol.asyncIterator] === "function";

function iterated(iterator: Iterator<Message> | AsyncIterator<Message>): Source {
  return { next: () => iterator.next(), close: () => iterator.return?.() };
}

/** Not by its iterator, which would wait for a chunk under way before it lets go. */
function read(reader: ReadableStreamDefaultReader<Message>): Source {
  return {
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    close: () => reader.cancel(),
  };
}
