/** A message encoded once, for many connections: their outboxes hold references to the same bytes. */
export class Frame {
  /** Its own, so that nobody changes it; and what uWebSockets.js takes fastest is a whole `ArrayBuffer`. */
  readonly data: ArrayBuffer;
  readonly isBinary: boolean;
  readonly byteLength: number;

  private constructor(data: ArrayBuffer, isBinary: boolean) {
    this.data = data;
    this.isBinary = isBinary;
    this.byteLength = data.byteLength;
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
    return new Frame(new Uint8Array(encoder.encode(text)).buffer, false);
  }

  /** A binary message: a copy of the bytes. */
  static binary(bytes: Uint8Array): Frame {
    return new Frame(new Uint8Array(bytes).buffer, true);
  }

  /** A copy of what a `message` handler was given, whose own buffer dies when the handler returns. */
  static copy(received: ArrayBuffer, isBinary: boolean): Frame {
    return new Frame(received.slice(0), isBinary);
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
