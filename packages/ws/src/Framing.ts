/** Frames of a server (RFC 6455, 5.2): one for each message, unmasked and uncompressed. */
import { bytesOf, type Frame } from "@sluice/runtime/adapter";

/** The most that a header adds to a payload, in bytes. */
export const maxHeaderBytes = 10;

const text = 0x81;
const binary = 0x82;
const ping = 0x89;

/** How many bytes the header of a payload has. */
export function headerBytes(payloadBytes: number): number {
  if (payloadBytes < 126) return 2;
  return payloadBytes < 65_536 ? 4 : 10;
}

/** Writes the header of a payload, and answers where the payload begins. */
export function putHeader(
  buffer: Buffer,
  at: number,
  payloadBytes: number,
  isBinary: boolean,
): number {
  buffer[at] = isBinary ? binary : text;
  if (payloadBytes < 126) {
    buffer[at + 1] = payloadBytes;
    return at + 2;
  }
  if (payloadBytes < 65_536) {
    buffer[at + 1] = 126;
    buffer.writeUInt16BE(payloadBytes, at + 2);
    return at + 4;
  }
  buffer[at + 1] = 127;
  buffer.writeUInt16BE(0, at + 2);
  buffer.writeUIntBE(payloadBytes, at + 4, 6);
  return at + 10;
}

/** A message for many as it goes over the wire, header and payload. */
export function wireOfFrame(frame: Frame): Buffer {
  return wireOfBytes(new Uint8Array(bytesOf(frame)), frame.isBinary);
}

/** Bytes as they go over the wire: a copy. */
export function wireOfBytes(bytes: Uint8Array, isBinary: boolean): Buffer {
  const wire = Buffer.allocUnsafeSlow(headerBytes(bytes.length) + bytes.length);
  wire.set(bytes, putHeader(wire, 0, bytes.length, isBinary));
  return wire;
}

/** A ping as it goes over the wire; its payload is ASCII, of 125 characters at the most. */
export function wireOfPing(payload: string): Buffer {
  const wire = Buffer.allocUnsafe(2 + payload.length);
  wire[0] = ping;
  wire[1] = payload.length;
  wire.write(payload, 2, "latin1");
  return wire;
}

/** Text as it goes over the wire. Half a surrogate pair, which is no text, becomes U+FFFD. */
export function wireOfText(message: string): Buffer {
  const bytes = Buffer.byteLength(message);
  const wire = Buffer.allocUnsafeSlow(headerBytes(bytes) + bytes);
  wire.write(message, putHeader(wire, 0, bytes, false));
  return wire;
}

/** Puts text and its header into a buffer that has room for three bytes a character; answers where it ends. */
export function putText(buffer: Buffer, at: number, message: string): number {
  // What is no more than ASCII, as most text is, has its header's length at once.
  const guess = headerBytes(message.length);
  const bytes = buffer.write(message, at + guess);
  const header = headerBytes(bytes);
  if (header !== guess) buffer.copyWithin(at + header, at + guess, at + guess + bytes);
  putHeader(buffer, at, bytes, false);
  return at + header + bytes;
}
