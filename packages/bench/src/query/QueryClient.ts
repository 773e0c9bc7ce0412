/** A client that asks for rows and reads them as fast as they come; it looks into nothing but the last message. */
import type { Socket } from "node:net";
import { type FrameListener, FrameReader, pong } from "../sockets/FrameReader.js";
import { opened } from "../sockets/handshake.js";
import type { Wanted } from "./protocol.js";

/** No message of a query but those around its rows is so short. */
const shortBytes = 300;

export class QueryClient implements FrameListener {
  readonly #reader = new FrameReader(this);
  #socket: Socket | undefined;
  #done: (rows: number) => void = () => {};
  #failed: (error: Error) => void = () => {};

  static async open(port: number): Promise<QueryClient> {
    const client = new QueryClient();
    const buffer = Buffer.allocUnsafe(256 * 1024);
    const read = (bytes: Buffer) => {
      client.#reader.read(bytes);
      return true;
    };
    client.#socket = await opened({ port, path: "/query", from: "127.0.0.1", buffer, read });
    return client;
  }

  /** Resolves to how many rows there were when the last has come. */
  ask(wanted: Wanted): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#failed = reject;
      this.#socket?.write(masked(Buffer.from(JSON.stringify(wanted))));
    });
  }

  stop(): void {
    this.#socket?.destroy();
  }

  message(payload: Buffer): void {
    if (payload.length >= shortBytes) return;
    const { type, rows } = JSON.parse(payload.toString());
    if (type === "completed") this.#done(rows);
    if (type === "error") this.#failed(new Error(payload.toString()));
  }

  ping(payload: Buffer): void {
    if (this.#socket !== undefined) pong(this.#socket, payload);
  }
}

/** A text frame of a client, of less than 64 KiB: a mask of zeros changes nothing. */
function masked(text: Buffer): Buffer {
  const header = Buffer.from([0x81, 0xfe, 0, 0, 0, 0, 0, 0]);
  header.writeUInt16BE(text.length, 2);
  return Buffer.concat([header, text]);
}
