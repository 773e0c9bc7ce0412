/** Bytes as they come from whoever sends, and what is wrong with those that cannot be sent. */
import { isAnyArrayBuffer, isDataView } from "node:util/types";
import { kindOf } from "@sluice/core";

/** Bytes as they come: a whole buffer, or a view of one, of which exactly the viewed bytes count. */
export type Bytes = ArrayBuffer | SharedArrayBuffer | ArrayBufferView;

/**
 * Whether the bytes of a view have been taken away: what a `message` handler is given may be, when it returns, and
 * with it every view of it.
 */
export function isGone(view: ArrayBufferView): boolean {
  try {
    if (view.byteLength > 0) return false;
    // An empty view is a message too, as long as its buffer is there and it lies within: `at` looks at both.
    if (!isDataView(view)) Uint8Array.prototype.at.call(view, 0);
    return false;
  } catch {
    return true;
  }
}

/**
 * A copy of bytes, in a buffer of its own.
 *
 * @throws {TypeError} for anything but a buffer or a view of one, and for one whose bytes are gone.
 */
export function copyOf(bytes: Bytes): ArrayBuffer {
  if (!ArrayBuffer.isView(bytes) && !isAnyArrayBuffer(bytes)) throw noMessage(bytes);
  if (ArrayBuffer.isView(bytes) && isGone(bytes)) throw noBytes(bytes);
  try {
    const view = ArrayBuffer.isView(bytes)
      ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      : new Uint8Array(bytes);
    return new Uint8Array(view).buffer;
  } catch {
    throw noBytes(bytes);
  }
}

/** What to say of a message whose bytes are gone. */
export function noBytes(value: unknown): TypeError {
  return new TypeError(`a message (${kindOf(value)}) must have its bytes: ${gone}`);
}

/** What to say of a message that is none. */
export function noMessage(value: unknown): TypeError {
  return new TypeError(
    `a message (${kindOf(value)}) must be a string, a view of bytes such as a Uint8Array, or a Frame; ` +
      "copy what a message handler is given with Frame.copy",
  );
}

const gone = "they are gone; copy what a message handler is given with Frame.copy while it runs";
