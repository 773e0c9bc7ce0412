/** What a listener of `ws` is called with, as far as it is a message. */
import type { RawData } from "ws";

/** The bytes of a message; undefined for what another event brings. Only `message` says whether it is binary. */
export function receivedBytes([data, isBinary]: ReadonlyArray<unknown>): number | undefined {
  if (typeof isBinary !== "boolean") return undefined;
  return bytesOf(data as RawData | Blob);
}

/** As the `binaryType` of its socket has it. */
function bytesOf(data: RawData | Blob): number {
  if (Array.isArray(data)) return data.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return data instanceof Blob ? data.size : data.byteLength;
}
