/**
 * A WebSocket client reduced to what a test must be able to do: read, stop reading, answer pings or not, say anything,
 * close in order, and vanish.
 */
import { connect, type Socket } from "node:net";
import { FrameReader, type ReadFrame } from "./FrameReader.js";

const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface ClientOptions {
  readonly path?: string;
  /** Whether it answers pings and the close frame, as every client should; true by default. */
  readonly answers?: boolean;
}

/** How a client saw its connection end. 1006 is without a close frame, 1005 with one that is empty. */
export interface ClientEnd {
  readonly code: number;
  readonly reason: string;
}

export class RawClient {
  /** What has been received: text, or bytes. */
  readonly received: Array<string | Buffer> = [];
  /** The payloads of pings. */
  readonly pings: Array<string> = [];
  /** The payloads of the answers to its own. */
  readonly pongs: Array<string> = [];
  readonly closed: Promise<ClientEnd>;
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #answers: boolean;
  #end: ClientEnd = { code: 1006, reason: "" };

  private constructor(socket: Socket, answers: boolean) {
    this.#socket = socket;
    this.#answers = answers;
    this.closed = new Promise((resolve) => socket.once("close", () => resolve(this.#end)));
  }

  /** Connects to a server on the loopback, and shakes hands. */
  static async open(port: number, options: ClientOptions = {}): Promise<RawClient> {
    const { path = "/", answers = true } = options;
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    const client = new RawClient(socket, answers);
    // A server that resets is one of the things that happen.
    socket.on("error", () => {});
    socket.write(handshake(path));
    const rest = await new Promise<Buffer>((resolve, reject) => {
      let head = Buffer.alloc(0);
      const read = (bytes: Buffer) => {
        head = Buffer.concat([head, bytes]);
        const end = head.indexOf("\r\n\r\n");
        if (end < 0) return;
        socket.off("data", read);
        if (head.subarray(0, 12).toString() === "HTTP/1.1 101") resolve(head.subarray(end + 4));
        else reject(new Error(`no handshake: ${head}`));
      };
      socket.on("data", read);
      void client.closed.then(() => reject(new Error("closed before the handshake")));
    });
    socket.on("data", (bytes: Buffer) => client.#read(bytes));
    client.#read(rest);
    return client;
  }

  /** The text that was received. */
  get texts(): ReadonlyArray<string> {
    return this.received.map(String);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  send(text: string): void {
    this.#say(opcodes.text, Buffer.from(text));
  }

  ping(payload: string): void {
    this.#say(opcodes.ping, Buffer.from(payload));
  }

  /** Closes in order, with a code or without. */
  close(code?: number): void {
    const payload = Buffer.alloc(code === undefined ? 0 : 2);
    if (code !== undefined) payload.writeUInt16BE(code);
    this.#say(opcodes.close, payload);
  }

  /** Says what is no frame. */
  babble(): void {
    this.#socket.write(Buffer.alloc(64, 0xff));
  }

  /** Is gone, without a word: its kernel resets the connection. */
  vanish(): void {
    this.#socket.resetAndDestroy();
  }

  #read(bytes: Buffer): void {
    for (const frame of this.#reader.read(bytes)) this.#hear(frame);
  }

  #hear({ opcode, payload }: ReadFrame): void {
    if (opcode === opcodes.text) this.received.push(payload.toString());
    else if (opcode === opcodes.binary) this.received.push(payload);
    else if (opcode === opcodes.ping) {
      this.pings.push(payload.toString());
      if (this.#answers) this.#say(opcodes.pong, payload);
    } else if (opcode === opcodes.pong) this.pongs.push(payload.toString());
    else if (opcode === opcodes.close) {
      const code = payload.length < 2 ? 1005 : payload.readUInt16BE(0);
      this.#end = { code, reason: payload.subarray(2).toString() };
      if (this.#answers) this.#say(opcodes.close, payload.subarray(0, 2));
      if (this.#answers) this.#socket.end();
    }
  }

  /** A client masks what it says: a mask of zeros changes nothing. */
  #say(opcode: number, payload: Buffer): void {
    if (!this.#socket.writable) return;
    const { length } = payload;
    const head =
      length < 126
        ? Buffer.from([0x80 | opcode, 0x80 | length, 0, 0, 0, 0])
        : Buffer.from([0x80 | opcode, 0xfe, length >> 8, length & 0xff, 0, 0, 0, 0]);
    this.#socket.write(Buffer.concat([head, payload]));
  }
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
