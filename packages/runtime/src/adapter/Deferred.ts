/**
 * A message that is encoded when it is written, and not before: of a key that is updated more often than a client reads, what
 * is superseded is never encoded.
 */
import { isPlainObject, kindOf, speaks } from "@sluice/core";
import { Frame } from "./Frame.js";

export interface DeferredOptions<V> {
  /** The size of the encoded message at the most, in bytes: so much it counts for. */
  readonly bytes: number;
  /** Text, or bytes. Called once, and not at all if the message is superseded, lost or expired before. */
  readonly encode: (value: V) => string | Uint8Array;
}

export class Deferred<out V = unknown> {
  readonly value: V;
  readonly byteLength: number;
  readonly #encode: () => string | Uint8Array;
  #frame: Frame | "none" | undefined;
  /** Why it cannot be sent, once that is known. */
  failure: unknown;

  /**
   * One whose encoding throws, or is larger than it was to be, cannot be sent: it is dropped as `unsendable`.
   *
   * @throws {TypeError} for options that are none. @throws {RangeError} when the size is not a whole number of bytes.
   *
   * @example
   * ```ts
   * import { Deferred } from "@sluice/runtime/adapter";
   *
   * const book = { bid: 1.07, ask: 1.08 };
   * new Deferred(book, { bytes: 64, encode: JSON.stringify }).byteLength; // => 64
   * ```
   */
  constructor(value: V, options: DeferredOptions<V>) {
    if (!isPlainObject(options) || typeof options.encode !== "function") {
      throw new TypeError(`a deferred message needs { bytes, encode }, not ${kindOf(options)}`);
    }
    const { bytes, encode, ...others } = options;
    for (const field in others) {
      throw new TypeError(
        `${field} is not an option of a deferred message: there are bytes, encode`,
      );
    }
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new RangeError(
        `the size of a deferred message (${bytes}) must be a whole number of bytes`,
      );
    }
    this.value = value;
    this.byteLength = bytes;
    this.#encode = () => encode(value);
  }

  /** The message, encoded now if it was not before; undefined if it cannot be sent. */
  get frame(): Frame | undefined {
    this.#frame ??= this.#encoded() ?? "none";
    return this.#frame === "none" ? undefined : this.#frame;
  }

  #encoded(): Frame | undefined {
    try {
      const encoded = this.#encode();
      const frame = typeof encoded === "string" ? Frame.text(encoded) : Frame.binary(encoded);
      if (frame.byteLength <= this.byteLength) return frame;
      throw new RangeError(
        `it has ${frame.byteLength} bytes, more than the ${this.byteLength} said`,
      );
    } catch (error) {
      this.failure = error;
      return undefined;
    }
  }

  toJSON(): object {
    return { byteLength: this.byteLength };
  }

  /** `Deferred (64 bytes at the most)`. */
  toString(): string {
    return `Deferred (${this.byteLength} bytes at the most)`;
  }

  [speaks](): string {
    return this.toString();
  }
}
