/** What a message of the campaign bears: its checksum, its number, when it was due, and what fills it up. */
import { crc32 } from "node:zlib";

const headBytes = 4 + 8 + 8;

export interface Payload {
  readonly number: number;
  /** By the clock that all processes of a machine share. */
  readonly dueMillis: number;
}

/** Of at least 20 bytes. */
export function payload({ number, dueMillis }: Payload, bytes: number): Buffer {
  const made = Buffer.alloc(Math.max(bytes, headBytes), number % 251);
  made.writeDoubleLE(number, 4);
  made.writeDoubleLE(dueMillis, 12);
  made.writeUInt32LE(checksum(made));
  return made;
}

/** Undefined for bytes that are not as they were made. */
export function payloadOf(bytes: Buffer): Payload | undefined {
  if (bytes.length < headBytes || bytes.readUInt32LE() !== checksum(bytes)) return undefined;
  return { number: bytes.readDoubleLE(4), dueMillis: bytes.readDoubleLE(12) };
}

function checksum(bytes: Buffer): number {
  return crc32(bytes.subarray(4));
}
