/** A frame of a client, right or wrong. */

export interface FrameOptions {
  readonly payload?: Uint8Array | string;
  readonly opcode?: number;
  readonly isFinal?: boolean;
  readonly isMasked?: boolean;
  /** Of the three bits that nobody may set. */
  readonly reserved?: number;
  /** Said in the header, instead of the true one. */
  readonly length?: bigint;
}

export function frame({
  payload = "",
  opcode = 1,
  isFinal = true,
  isMasked = true,
  reserved = 0,
  length,
}: FrameOptions): Buffer {
  const bytes = Buffer.from(payload);
  const said = length ?? BigInt(bytes.length);
  const head = said < 126n ? short(Number(said)) : said < 65_536n ? middle(said) : long(said);
  head[0] = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  if (!isMasked) return Buffer.concat([head, bytes]);
  head[1] = (head[1] as number) | 0x80;
  // A mask of zeros changes nothing.
  return Buffer.concat([head, Buffer.alloc(4), bytes]);
}

const short = (length: number) => Buffer.from([0, length]);

function middle(length: bigint): Buffer {
  const head = Buffer.from([0, 126, 0, 0]);
  head.writeUInt16BE(Number(length), 2);
  return head;
}

function long(length: bigint): Buffer {
  const head = Buffer.alloc(10);
  head[1] = 127;
  head.writeBigUInt64BE(length, 2);
  return head;
}
