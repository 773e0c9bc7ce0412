/**
 * The process of a server that sends a message to everyone on time, whatever the clients do. Each message bears the time
 * at which it was due, not the one at which it was sent: what the server is late with counts, for every message.
 */
import { App, type WebSocket } from "uWebSockets.js";
import { Frame, Sluice } from "@sluice/uws";
import { monotonicMillis } from "../scale/protocol.js";
import { listen } from "../sockets/listen.js";
import { type FeederRequest, feed, type Kind } from "./protocol.js";

const app = App();
const send = (process.argv[2] as Kind) === "sluice" ? withSluice() : alone();
const { port } = await listen(app);

process.on("message", async (request: FeederRequest) =>
  process.send?.(request === "port" ? port : await run()),
);
process.on("disconnect", () => process.exit());

async function run(): Promise<number> {
  const everyMillis = 1_000 / feed.messagesPerSecond;
  const all = feed.messagesPerSecond * feed.seconds;
  const startMillis = monotonicMillis();
  for (let sent = 0; sent < all; ) {
    for (; sent < all && startMillis + sent * everyMillis <= monotonicMillis(); sent++) {
      const message = Buffer.alloc(feed.messageBytes);
      message.writeDoubleLE(startMillis + sent * everyMillis);
      send(message);
    }
    const leftMillis = startMillis + sent * everyMillis - monotonicMillis();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, leftMillis)));
  }
  return all;
}

function withSluice(): (message: Buffer) => void {
  const sluice = new Sluice({ app });
  app.ws("/*", sluice.wrap());
  return (message) => void sluice.broadcast(Frame.binary(message));
}

/** What a client has not read is kept to 1 MB, and then dropped by uWebSockets.js itself. */
function alone(): (message: Buffer) => void {
  const sockets = new Set<WebSocket<unknown>>();
  app.ws("/*", {
    maxBackpressure: 2 ** 20,
    open: (socket) => void sockets.add(socket),
    close: (socket) => void sockets.delete(socket),
  });
  return (message) => {
    for (const socket of sockets) socket.cork(() => void socket.send(message, true, false));
  };
}
