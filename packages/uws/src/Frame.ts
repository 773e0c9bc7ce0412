/** A message encoded once, for many connections: their outboxes hold references to the same bytes. */
export class Frame {
  /** What uWebSockets.js takes fastest is an `ArrayBuffer` of its own; a view of a part stays a view. */
  readonly data: ArrayBuffer | Uint8Array;
  readonly isBinary: boolean;
  readonly byteLength: number;

  private constructor(bytes: Uint8Array, isBinary: boolean) {
    const { buffer, byteLength } = bytes;
    const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
    this.data = isWhole ? buffer : bytes;
    this.isBinary = isBinary;
    this.byteLength = byteLength;
  }

  /**
   * A text message.
   *
   * @example
   * ```ts
   * import { Frame } from "@sluice/uws";
   *
   * Frame.text("héllo").byteLength; // => 6
   * ```
   */
  static text(text: string): Frame {
    return new Frame(encoder.encode(text), false);
  }

  /** A binary message. The bytes are not copied: do not change them afterwards. */
  static binary(bytes: Uint8Array): Frame {
    return new Frame(bytes, true);
  }

  /** A copy of what a `message` handler was given, whose own buffer dies when the handler returns. */
  static copy(received: ArrayBuffer, isBinary: boolean): Frame {
    return new Frame(new Uint8Array(received.slice(0)), isBinary);
  }
}

const encoder = new TextEncoder();

/** What can be sent: text, bytes (which must not change until they are sent), or a frame made for many. */
export type Message = string | Uint8Array | Frame;

/**
 * The size of a message as it is encoded, in bytes, without the frame's header.
 *
 * @throws {TypeError} for anything else, such as the `ArrayBuffer` of a `message` handler.
 */
export function byteLength(message: Message): number {
  if (message instanceof Frame) return message.byteLength;
  if (typeof message === "string") return Buffer.byteLength(message);
  if (message instanceof Uint8Array) return message.byteLength;
  throw new TypeError(
    `a message (${Object.prototype.toString.call(message)}) must be a string, a Uint8Array or a Frame; ` +
      "copy what a message handler is given with Frame.copy",
  );
}
