/** Takes the bytes that a server sends apart into frames (RFC 6455, 5.2), however they are cut. */

export interface ReadFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

export class FrameReader {
  #chunks: Array<Buffer> = [];
  #length = 0;

  /** The frames that are whole with these bytes. */
  read(bytes: Buffer): ReadonlyArray<ReadFrame> {
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    const frames: Array<ReadFrame> = [];
    // Joined only when a frame is whole: a large one comes in many pieces.
    while (this.#length >= this.#needed()) {
      const all = this.#join();
      const { from, to } = extentOf(all) as Extent;
      frames.push({
        opcode: (all[0] as number) & 0x0f,
        payload: Buffer.from(all.subarray(from, to)),
      });
      this.#chunks = [all.subarray(to)];
      this.#length = all.length - to;
    }
    return frames;
  }

  /** How many bytes the next frame has, as far as is known. */
  #needed(): number {
    const [first] = this.#chunks;
    if (first === undefined || this.#length < 2) return 2;
    const head = first.length >= 10 ? first : this.#join();
    return extentOf(head)?.to ?? this.#length + 1;
  }

  #join(): Buffer {
    const [first] = this.#chunks;
    const all = this.#chunks.length === 1 ? (first as Buffer) : Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }
}

/** Where the payload of a frame begins and ends. */
interface Extent {
  readonly from: number;
  readonly to: number;
}

/** Undefined while not all of the header is there. */
function extentOf(bytes: Buffer): Extent | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1);
  if (short < 126) return { from: 2, to: 2 + short };
  const from = short === 126 ? 4 : 10;
  if (bytes.length < from) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  return { from, to: from + length };
}
