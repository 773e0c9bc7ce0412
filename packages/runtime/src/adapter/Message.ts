/** What can be sent to a client of a WebSocket server, and how much it is. */
import { isGone, noBytes, noMessage } from "./Bytes.js";
import { Frame } from "./Frame.js";

/** What can be sent: text, a view of bytes (which must not change until they are sent), or a frame made for many. */
export type Message = string | ArrayBufferView | Frame;

/**
 * The size of a message as it is encoded, in bytes, without the frame's header.
 *
 * @throws {TypeError} for anything else, such as the `ArrayBuffer` of a `message` handler, and for bytes that are gone.
 */
export function byteLength(message: Message): number {
  if (message instanceof Frame) return message.byteLength;
  if (typeof message === "string") return Buffer.byteLength(message);
  if (!ArrayBuffer.isView(message)) throw noMessage(message);
  if (isGone(message)) throw noBytes(message);
  return message.byteLength;
}

/**
 * A message made for many. Bytes are copied: their owner may change them, or take them away, before the last one has
 * got them.
 *
 * @throws {TypeError} as `byteLength` does.
 */
export function frameOf(message: Message): Frame {
  if (message instanceof Frame) return message;
  if (typeof message === "string") return Frame.text(message);
  // Refuses what is no message, a buffer of a message handler among it.
  byteLength(message);
  return Frame.binary(message);
}
