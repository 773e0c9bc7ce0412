/** A WebSocket client reduced to what a reader must do: it shakes hands, answers pings and counts bytes. */
import { connect, type Socket } from "node:net";
import { FrameWalk } from "./FrameWalk.js";

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
export function rawClient(
  port: number,
  path: string,
  onBytes: (count: number) => void,
  { greeting, leastBytes, stalls }: Manner = {},
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let head: string | undefined = "";
    const read = (length: number, bytes: Uint8Array): boolean => {
      if (head === undefined) {
        onBytes(walk.read(bytes.subarray(0, length)));
        return true;
      }
      head += Buffer.from(bytes.subarray(0, length)).toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return true;
      if (!head.startsWith("HTTP/1.1 101 ")) {
        reject(new Error(`no handshake: ${head}`));
        return false;
      }
      const rest = Buffer.from(head.slice(end + 4), "latin1");
      head = undefined;
      if (greeting !== undefined) socket.write(textFrame(greeting));
      resolve(socket);
      onBytes(walk.read(rest));
      return !stalls;
    };
    const socket = connect({
      host: "127.0.0.1",
      port,
      noDelay: true,
      onread: { buffer: scratch, callback: read },
    });
    const walk = new FrameWalk((pong) => socket.write(pong), leastBytes);
    socket.once("error", reject);
    socket.once("connect", () => socket.write(handshake(path)));
  });
}

/** Masked with zeros, which change nothing. */
function textFrame(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]);
}

function handshake(path: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    "",
    "",
  ].join("\r\n");
}
