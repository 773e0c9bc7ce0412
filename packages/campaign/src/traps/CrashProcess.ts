/**
 * A server that publishes to clients that do not read, and lets go in `dropped` of each that loses a message. Without
 * Sluice `close` there frees what the publishing still walks through. With it, the same handler asks its connection.
 */

import { App, type WebSocket, type WebSocketBehavior } from "uWebSockets.js";
import { listen } from "@sluice/bench/kit";
import { Sluice } from "@sluice/uws";
import { crash, type Way } from "./protocol.js";

const app = App();
const way = process.argv[2] as Way;
const sluice = new Sluice();
const text = "z".repeat(crash.bytes);
let dropped = 0;

const behavior = (letGo: (socket: WebSocket<unknown>) => void): WebSocketBehavior<unknown> => ({
  maxBackpressure: 1_024,
  open: (socket) => void socket.subscribe("all"),
  dropped: (socket) => {
    dropped++;
    letGo(socket);
  },
});
app.ws(
  "/*",
  way === "raw"
    ? behavior((socket) => socket.close())
    : sluice.wrap(behavior((socket) => sluice.of(socket).evict())),
);
const { port } = await listen(app);

process.on("message", (ask: "port" | "publish" | "dropped") => {
  if (ask === "publish") {
    for (let sent = 0; sent < crash.messages; sent++) app.publish("all", text);
  }
  process.send?.(ask === "port" ? port : dropped);
});
process.on("disconnect", () => process.exit());
