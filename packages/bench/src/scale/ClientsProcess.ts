/** A process of clients that read as fast as they can, and keep a ledger: each is to get every message, in order. */
import type { Socket } from "node:net";
import { type FrameListener, FrameReader, pong } from "../sockets/FrameReader.js";
import { opened } from "../sockets/handshake.js";
import { type ClientsRequest, type Ledger, monotonicMillis } from "./protocol.js";

const buffer = Buffer.allocUnsafe(64 * 1024);
/** Handshakes under way at once: fewer than a listening socket's backlog. */
const atATime = 100;

const clients: Array<number> = [];
const lastMillis: Array<number> = [];
const publishedMillis: Array<number> = [];
let strangers = 0;
let closed = 0;

class Listener implements FrameListener {
  readonly #reader = new FrameReader(this);
  #socket: Socket | undefined;
  #next = 0;

  read(bytes: Buffer, socket: Socket): boolean {
    this.#socket = socket;
    this.#reader.read(bytes);
    return true;
  }

  message(payload: Buffer): void {
    const number = payload.readDoubleLE(0);
    if (number !== this.#next++) strangers++;
    clients[number] = (clients[number] ?? 0) + 1;
    lastMillis[number] = monotonicMillis();
    publishedMillis[number] = payload.readDoubleLE(8);
  }

  ping(payload: Buffer): void {
    if (this.#socket !== undefined) pong(this.#socket, payload);
  }
}

process.on("message", async (request: ClientsRequest) => {
  if (request.ask === "connect") await connect(request.port, request.from, request.count);
  const ledger: Ledger = { clients, lastMillis, publishedMillis, strangers, closed };
  process.send?.(ledger);
});
process.on("disconnect", () => process.exit());

async function connect(port: number, from: string, count: number): Promise<void> {
  for (let left = count; left > 0; left -= atATime) {
    const batch = Array.from({ length: Math.min(left, atATime) }, async () => {
      const listener = new Listener();
      const read = (bytes: Buffer, socket: Socket) => listener.read(bytes, socket);
      const socket = await opened({ port, path: "/", from, buffer, read });
      socket.on("close", () => closed++);
      socket.on("error", () => {});
    });
    await Promise.all(batch);
  }
}
