/** The process of a client that stops reading and begins again. Messages begin with their number. */
import type { Socket } from "node:net";
import { monotonicMillis } from "../scale/protocol.js";
import { type FrameListener, FrameReader, pong } from "../sockets/FrameReader.js";
import { opened } from "../sockets/handshake.js";
import type { ClientLedger, ClientRequest } from "./protocol.js";

let socket: Socket | undefined;
let messages = 0;
let isInOrder = true;
let last = -1;

const listener: FrameListener = {
  message: (payload) => {
    const number = payload.readDoubleLE();
    if (number <= last) isInOrder = false;
    last = number;
    messages++;
  },
  ping: (payload) => {
    if (socket !== undefined) pong(socket, payload);
  },
};
const reader = new FrameReader(listener);

process.on("message", async (request: ClientRequest) => process.send?.(await answerTo(request)));
process.on("disconnect", () => process.exit());

async function answerTo(request: ClientRequest): Promise<number | ClientLedger> {
  switch (request.ask) {
    case "connect":
      socket = await opened({
        port: request.port,
        path: "/",
        from: "127.0.0.1",
        buffer: Buffer.allocUnsafe(64 * 1024),
        read: (bytes) => {
          reader.read(bytes);
          return true;
        },
      });
      return 0;
    case "stall":
      socket?.pause();
      return 0;
    case "resume":
      socket?.resume();
      return monotonicMillis();
    case "ledger":
      return { messages, isInOrder };
    default:
      return request satisfies never;
  }
}
