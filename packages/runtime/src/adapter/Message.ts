/** What can be sent to a client of a WebSocket server, and how much it is. */
import { isGone, noBytes, noMessage } from "./Bytes.js";
import { Deferred } from "./Deferred.js";
import { Frame } from "./Frame.js";

/** Text, a view of bytes (which must not change until they are sent), or a frame made for many. */
export type Encoded = string | ArrayBufferView | Frame;

/** What can be sent: encoded already, or when it is written. */
export type Message = Encoded | Deferred;

/**
 * The size of a message as it is encoded, in bytes, without the frame's header.
 *
 * @throws {TypeError} for anything else, such as the `ArrayBuffer` of a `message` handler, and for bytes that are gone.
 */
export function byteLength(message: Message): number {
  if (message instanceof Frame) return message.byteLength;
  if (typeof message === "string") return Buffer.byteLength(message);
  if (message instanceof Deferred) return message.byteLength;
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
  if (message instanceof Deferred) return message.frame ?? noFrame(message);
  // Refuses what is no message, a buffer of a message handler among it.
  byteLength(message);
  return Frame.binary(message);
}

/** Nobody waits with a message for many: it is encoded at once. */
function noFrame(message: Deferred): never {
  throw new TypeError(`${message} could not be encoded`, { cause: message.failure });
}

/** As it is written; undefined for what cannot be: it was to be encoded now, or its bytes are gone. */
export function encoded(message: Message): Encoded | undefined {
  if (message instanceof Deferred) return message.frame;
  return ArrayBuffer.isView(message) && isGone(message) ? undefined : message;
}
