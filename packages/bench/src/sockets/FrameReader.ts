/**
 * Takes what a server sends apart into frames, whole ones only: tells of each message, of which it hands over the bytes
 * at hand, and answers pings. Frames of servers are not masked; nothing here is fragmented.
 */
import type { Socket } from "node:net";

export const pingByte = 0x89;
const pongByte = 0x8a;
export const textByte = 0x81;
const binaryByte = 0x82;
export const closeByte = 0x88;
const nothing = Buffer.alloc(0);

export interface FrameListener {
  /** The bytes are used again when this returns. */
  message(payload: Buffer): void;
  ping(payload: Buffer): void;
  /** The server says goodbye. */
  close?(payload: Buffer): void;
}

export class FrameReader {
  readonly #listener: FrameListener;
  /** Of a frame that has not come whole. */
  #rest = nothing;

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  read(given: Buffer): void {
    const bytes = this.#rest.length === 0 ? given : Buffer.concat([this.#rest, given]);
    let at = 0;
    for (let end = endOf(bytes, at); end <= bytes.length; end = endOf(bytes, at)) {
      this.#frame(bytes, at, end);
      at = end;
    }
    this.#rest = at === bytes.length ? nothing : Buffer.from(bytes.subarray(at));
  }

  #frame(bytes: Buffer, at: number, end: number): void {
    const payload = bytes.subarray(at + headerBytes(bytes, at), end);
    const kind = bytes[at];
    if (kind === pingByte) this.#listener.ping(payload);
    else if (kind === closeByte) this.#listener.close?.(payload);
    else if (kind === textByte || kind === binaryByte) this.#listener.message(payload);
  }
}

/** Of at most 125 bytes. A client masks what it sends: a mask of zeros changes nothing. */
export function maskedFrame(firstByte: number, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([firstByte, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

/** The answer to a ping. */
export const pongOf = (payload: Uint8Array): Buffer => maskedFrame(pongByte, payload);

/** Answers a ping. */
export function pong(socket: Socket, payload: Buffer): void {
  socket.write(pongOf(payload));
}

/** Where the frame ends that begins there; never, as long as its header is not all there. */
function endOf(bytes: Buffer, at: number): number {
  if (at + 2 > bytes.length) return Number.POSITIVE_INFINITY;
  const header = headerBytes(bytes, at);
  if (at + header > bytes.length) return Number.POSITIVE_INFINITY;
  if (header === 2) return at + header + ((bytes[at + 1] ?? 0) & 0x7f);
  if (header === 4) return at + header + bytes.readUInt16BE(at + 2);
  return at + header + Number(bytes.readBigUInt64BE(at + 2));
}

function headerBytes(bytes: Buffer, at: number): number {
  const short = (bytes[at + 1] ?? 0) & 0x7f;
  return short === 127 ? 10 : short === 126 ? 4 : 2;
}
