/**
 * Messages of one turn in one shared buffer, for all threads that want some of them: a payload is written there once,
 * whoever reads it.
 */
import { bytesOf, type Frame, frameOfBytes } from "@sluice/runtime/adapter";

/** A batch as it crosses to other threads. */
export interface Sealed {
  /** `wordsEach` numbers for each message, and the payloads behind them. */
  readonly buffer: SharedArrayBuffer;
  readonly count: number;
  readonly channels: ReadonlyArray<string>;
}

/** One message of a batch. */
export interface Parcel {
  readonly channel: string;
  readonly frame: Frame;
  /** Of an ordered channel, its number or its position. */
  readonly mark: number;
}

/** Of each message: the place of its channel, whether it is binary, its size, and its mark. */
const wordsEach = 4;

export class Batch {
  readonly #channels = new Map<string, number>();
  readonly #parcels: Array<Parcel> = [];
  /** The sizes of the payloads together. */
  bytes = 0;

  get size(): number {
    return this.#parcels.length;
  }

  /** Answers its place. */
  add(parcel: Parcel): number {
    const { channel, frame } = parcel;
    if (!this.#channels.has(channel)) this.#channels.set(channel, this.#channels.size);
    this.bytes += frame.byteLength;
    return this.#parcels.push(parcel) - 1;
  }

  /** What was added, ready to cross. */
  seal(): Sealed {
    const count = this.#parcels.length;
    const start = count * wordsEach * Float64Array.BYTES_PER_ELEMENT;
    const buffer = new SharedArrayBuffer(start + this.bytes);
    const words = new Float64Array(buffer, 0, count * wordsEach);
    const payloads = new Uint8Array(buffer, start);
    let word = 0;
    let at = 0;
    for (const { channel, frame, mark } of this.#parcels) {
      words[word++] = this.#channels.get(channel) ?? 0;
      words[word++] = frame.isBinary ? 1 : 0;
      words[word++] = frame.byteLength;
      words[word++] = mark;
      payloads.set(new Uint8Array(bytesOf(frame)), at);
      at += frame.byteLength;
    }
    return { buffer, count, channels: [...this.#channels.keys()] };
  }
}

/** The messages of a batch in their order, or those of these places. Each has a copy of its payload, one for a thread. */
export function* opened(
  { buffer, count, channels }: Sealed,
  places: ReadonlyArray<number> | undefined,
): Generator<Parcel> {
  const words = new Float64Array(buffer, 0, count * wordsEach);
  let at = count * wordsEach * Float64Array.BYTES_PER_ELEMENT;
  let next = 0;
  for (let place = 0; place < count; place++) {
    const word = place * wordsEach;
    const length = words[word + 2] as number;
    if (places === undefined || places[next] === place) {
      next++;
      const bytes = new Uint8Array(length);
      bytes.set(new Uint8Array(buffer, at, length));
      const frame = frameOfBytes(bytes.buffer, words[word + 1] === 1);
      const channel = channels[words[word] as number] as string;
      yield { channel, frame, mark: words[word + 3] as number };
    }
    at += length;
  }
}
