/**
 * What a snapshot is read from, one message at a time and only when it is asked for: an iterable, a web stream or a `Stream`
 * of Effect. Text and bytes are iterables too, of what is no message: they are none here.
 */
import { Context, Stream } from "effect";
import { hear } from "../actor/Attempt.js";
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
    return new Iteration(Stream.toAsyncIterableWith(stream, context)[Symbol.asyncIterator]());
  }
  if ("getReader" in snapshot) return read(snapshot.getReader());
  if (isAsync(snapshot)) return new Iteration(snapshot[Symbol.asyncIterator]());
  return new Iteration((snapshot as Iterable<Message>)[Symbol.iterator]());
}

const isAsync = (value: object): value is AsyncIterable<Message> =>
  typeof (value as AsyncIterable<Message>)[Symbol.asyncIterator] === "function";

/** Nobody will read it. What comes of that may be a promise. */
export function letGo(source: SnapshotSource): unknown {
  // These hold nothing before they run.
  if (typeof source === "function" || Stream.isStream(source)) return undefined;
  return sourceOf(source, Context.empty()).close();
}

/** An iterator that lets go once and that runs no code of it twice at a time, as `for … of` does. */
class Iteration implements Source {
  readonly #iterator: Iterator<Message> | AsyncIterator<Message>;
  /** True for good when that has thrown: it is at its end then. */
  #isRunning = false;
  #isLeft = false;

  constructor(iterator: Iterator<Message> | AsyncIterator<Message>) {
    this.#iterator = iterator;
  }

  next(): ReturnType<Source["next"]> {
    this.#isRunning = true;
    const next = this.#iterator.next();
    this.#isRunning = false;
    if (this.#isLeft) hear(this.close(), () => {});
    return next;
  }

  close(): unknown {
    this.#isLeft = true;
    return this.#isRunning ? undefined : this.#iterator.return?.();
  }
}

/** Not by its iterator, which would wait for a chunk under way before it lets go. */
function read(reader: ReadableStreamDefaultReader<Message>): Source {
  return {
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    close: () => reader.cancel(),
  };
}
