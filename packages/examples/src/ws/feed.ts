import { Frame, Sluice } from "@sluice/ws";
import { WebSocketServer } from "ws";

const sluice = new Sluice({ configuration: { maxMessages: 1_000, overflow: "drop-oldest" } });
const server = sluice.wrap(new WebSocketServer({ port: 9001 }));
server.on("connection", (socket) => void sluice.of(socket).offer("welcome"));
setInterval(() => sluice.broadcast(Frame.text(JSON.stringify({ now: Date.now() }))), 100);
