/**
 * Walks through the bytes that a server sends, frame by frame: counts those of data frames, headers included, and
 * answers pings, as every client does. What a protocol says for itself can be left out, by its size.
 */
import { pingByte, pongOf } from "./FrameReader.js";

export class FrameWalk {
  readonly #answer: (pong: Uint8Array) => void;
  readonly #leastBytes: number;
  /** A header of which not all bytes have come. */
  #head = Buffer.alloc(0);
  /** Bytes of the frame that are to come. */
  #left = 0;
  #isCounted = false;
  /** The payload of the ping that it is in. */
  #ping: Array<Uint8Array> | undefined;

  /** Only data frames with a payload of so many bytes are counted. */
  constructor(answer: (pong: Uint8Array) => void, leastBytes = 0) {
    this.#answer = answer;
    this.#leastBytes = leastBytes;
  }

  /** Takes the next bytes, and tells how many of them belong to data frames. */
  read(given: Uint8Array): number {
    const bytes = this.#head.length > 0 ? Buffer.concat([this.#head, given]) : given;
    this.#head = Buffer.alloc(0);
    let data = 0;
    let at = 0;
    while (at < bytes.length) {
      if (this.#left === 0) {
        const header = headerOf(bytes, at);
        if (header === undefined) {
          this.#head = Buffer.from(bytes.subarray(at));
          break;
        }
        this.#left = header.payload;
        if (bytes[at] === pingByte) this.#ping = [];
        this.#isCounted = this.#ping === undefined && header.payload >= this.#leastBytes;
        if (this.#isCounted) data += header.length;
        at += header.length;
      }
      const taken = Math.min(this.#left, bytes.length - at);
      if (this.#isCounted) data += taken;
      this.#ping?.push(Uint8Array.from(bytes.subarray(at, at + taken)));
      this.#left -= taken;
      at += taken;
      if (this.#left === 0) this.#frameEnds();
    }
    return data;
  }

  #frameEnds(): void {
    if (this.#ping === undefined) return;
    const payload = Buffer.concat(this.#ping);
    this.#ping = undefined;
    this.#answer(pongOf(payload));
  }
}

/** How long a header is, and the payload behind it; undefined while not all of the header is there. */
function headerOf(
  bytes: Uint8Array,
  at: number,
): { readonly length: number; readonly payload: number } | undefined {
  const short = (bytes[at + 1] ?? 0) & 0x7f;
  const length = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (at + length > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, length);
  if (short === 127) return { length, payload: Number(view.getBigUint64(2)) };
  return { length, payload: short === 126 ? view.getUint16(2) : short };
}
