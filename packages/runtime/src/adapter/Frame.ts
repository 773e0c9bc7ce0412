/**
 * A message encoded once, for many connections: their outboxes hold references to the same bytes. They are its own:
 * a copy of what it was made of, which nobody else can change or take away.
 */
import { isUtf8 } from "node:buffer";
import { isPlainObject, kindOf, speaks } from "@sluice/core";
import { type Bytes, copyOf } from "./Bytes.js";

/** How a message is sent. */
export interface FrameOptions {
  /**
   * Whether it is compressed, where server and client have agreed on compression; as the option `compress` of the server says
   * by default. What is compressed already, or small, is better sent as it is.
   */
  readonly compress?: boolean | undefined;
}

let ownFrame: (bytes: ArrayBuffer, isBinary: boolean) => Frame;
let ownBytes: (frame: Frame) => ArrayBuffer;
let ownWire: (frame: Frame, make: (frame: Frame) => Uint8Array) => Uint8Array;

export class Frame {
  readonly isBinary: boolean;
  /** The size of the message, in bytes. */
  readonly byteLength: number;
  /** Whether it is compressed; undefined is as its server says. */
  readonly compress: boolean | undefined;
  /** A whole `ArrayBuffer`: there are sockets that take nothing faster. */
  readonly #bytes: ArrayBuffer;
  /** As it goes over the wire, header included, for an adapter that frames by itself. */
  #wire: Uint8Array | undefined;

  private constructor(bytes: ArrayBuffer, isBinary: boolean, options?: FrameOptions) {
    this.compress = options === undefined ? undefined : compressOf(options);
    this.#bytes = bytes;
    this.isBinary = isBinary;
    this.byteLength = bytes.byteLength;
  }

  /**
   * A text message. Half a surrogate pair, which is no text, becomes U+FFFD.
   *
   * @throws {TypeError} for what is not a string, and for options that are none.
   *
   * @example
   * ```ts
   * import { Frame } from "@sluice/runtime/adapter";
   *
   * Frame.text("héllo").byteLength; // => 6
   * ```
   */
  static text(text: string, options?: FrameOptions): Frame {
    if (typeof text !== "string") {
      throw new TypeError(`a text message (${kindOf(text)}) must be a string`);
    }
    return new Frame(new Uint8Array(encoder.encode(text)).buffer, false, options);
  }

  /**
   * A binary message: a copy of the bytes.
   *
   * @throws {TypeError} for anything but a buffer or a view of one, and for one whose bytes are gone.
   *
   * @example
   * ```ts
   * import { Frame } from "@sluice/runtime/adapter";
   *
   * Frame.binary(new Float32Array([1.5, 2.5])).byteLength; // => 8
   * ```
   */
  static binary(bytes: Bytes, options?: FrameOptions): Frame {
    return new Frame(copyOf(bytes), true, options);
  }

  /**
   * A copy of what a `message` handler was given, whose own buffer dies when the handler returns.
   *
   * @throws {TypeError} as `binary` does, and for text that is not UTF-8: a client would close over it.
   */
  static copy(received: Bytes, isBinary: boolean): Frame {
    if (typeof isBinary !== "boolean") {
      throw new TypeError(`isBinary must be true or false, not ${kindOf(isBinary)}`);
    }
    const bytes = copyOf(received);
    if (!isBinary && !isUtf8(bytes)) {
      throw new TypeError("the bytes of a text message must be UTF-8");
    }
    return new Frame(bytes, isBinary);
  }

  /** A copy of its bytes. */
  get data(): ArrayBuffer {
    return this.#bytes.slice(0);
  }

  toJSON(): object {
    const { isBinary, byteLength } = this;
    return { isBinary, byteLength };
  }

  /** `Frame (text, 6 bytes)`. */
  toString(): string {
    return `Frame (${this.isBinary ? "binary" : "text"}, ${this.byteLength} bytes)`;
  }

  [speaks](): string {
    return this.toString();
  }

  static {
    ownFrame = (bytes, isBinary) => new Frame(bytes, isBinary);
    ownBytes = (frame) => frame.#bytes;
    ownWire = (frame, make) => {
      frame.#wire ??= make(frame);
      return frame.#wire;
    };
  }
}

const encoder = new TextEncoder();

function compressOf(options: FrameOptions): boolean | undefined {
  const { compress } = isPlainObject(options) ? options : {};
  const unknown = isPlainObject(options) && Object.keys(options).find((key) => key !== "compress");
  if (!isPlainObject(options) || unknown) {
    const what = unknown || kindOf(options);
    throw new TypeError(`the options of a frame must be { compress }, not ${what}`);
  }
  if (compress === undefined || typeof compress === "boolean") return compress;
  throw new TypeError(`compress must be true or false, not ${kindOf(compress)}`);
}

/** A frame of bytes that are its own from now on; of text they are UTF-8. */
export function frameOfBytes(bytes: ArrayBuffer, isBinary: boolean): Frame {
  return ownFrame(bytes, isBinary);
}

/** The frame's own bytes: not to be handed to anybody but the socket. */
export function bytesOf(frame: Frame): ArrayBuffer {
  return ownBytes(frame);
}

/** The frame as it goes over the wire, made once by whoever asks first: not to be handed to anybody but the socket. */
export function wireOf(frame: Frame, make: (frame: Frame) => Uint8Array): Uint8Array {
  return ownWire(frame, make);
}
