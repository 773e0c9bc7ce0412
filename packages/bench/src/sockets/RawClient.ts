/** A WebSocket client reduced to what a reader must do: it shakes hands, answers pings and counts bytes. */
import type { Socket } from "node:net";
import { maskedFrame, textByte } from "./FrameReader.js";
import { FrameWalk } from "./FrameWalk.js";
import { opened } from "./handshake.js";

/** What a client does that is out of the ordinary. */
export interface Manner {
  /** It says this first, at most 125 bytes: a protocol of its own runs over WebSocket. */
  readonly greeting?: string;
  /** Frames with a smaller payload are that protocol's own, and are not counted. */
  readonly leastBytes?: number;
  /** It reads nothing after its handshake. */
  readonly stalls?: true;
}

/** All clients read into the same memory: nobody looks at what is in it. */
const scratch = Buffer.allocUnsafe(256 * 1024);

/**
 * Connects to a path of a server on the loopback. Resolves after the handshake; `onBytes` is told of every
 * byte of a data frame that comes after it, its header included.
 */
export async function rawClient(
  port: number,
  path: string,
  onBytes: (count: number) => void,
  { greeting, leastBytes, stalls }: Manner = {},
): Promise<Socket> {
  let socket: Socket | undefined;
  const walk = new FrameWalk((answer) => socket?.write(answer), leastBytes);
  const read = (bytes: Buffer, from: Socket): boolean => {
    socket = from;
    onBytes(walk.read(bytes));
    return !stalls;
  };
  socket = await opened({ port, path, from: "127.0.0.1", buffer: scratch, read });
  if (stalls) socket.pause();
  if (greeting !== undefined) socket.write(maskedFrame(textByte, Buffer.from(greeting)));
  return socket;
}
