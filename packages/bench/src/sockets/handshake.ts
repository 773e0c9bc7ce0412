/** Opens a WebSocket on a socket of the system, with nothing around it: very many fit in a process. */
import { connect, type Socket } from "node:net";

export interface Opening {
  /** The loopback if not said. */
  readonly host?: string;
  readonly port: number;
  readonly path: string;
  /** The address that it comes from: each of the loopback has ports of its own. */
  readonly from?: string;
  /** What it reads into; nothing that is in it stays. Its size is the most that is read at a time. */
  readonly buffer: Buffer;
  /** Is given what comes behind the handshake. False: read no more before the socket is resumed. */
  readonly read: (bytes: Buffer, socket: Socket) => boolean;
}

/** Resolves when the server has switched protocols. */
export function opened({
  host = "127.0.0.1",
  port,
  path,
  from,
  buffer,
  read,
}: Opening): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let head: string | undefined = "";
    const callback = (length: number, into: Uint8Array): boolean => {
      const bytes = Buffer.from(into.buffer, into.byteOffset, length);
      if (head === undefined) return read(bytes, socket);
      head += bytes.toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return true;
      if (!head.startsWith("HTTP/1.1 101 ")) reject(new Error(`no handshake: ${head}`));
      const rest = Buffer.from(head.slice(end + 4), "latin1");
      head = undefined;
      resolve(socket);
      return rest.length === 0 || read(rest, socket);
    };
    const socket = connect({
      host,
      port,
      ...(from !== undefined && { localAddress: from }),
      noDelay: true,
      onread: { buffer, callback },
    });
    socket.once("error", reject);
    socket.once("connect", () => socket.write(upgradeRequest(path)));
  });
}

/** What a client asks for first. */
export const upgradeRequest = (path: string) =>
  [
    `GET ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    "",
    "",
  ].join("\r\n");
