import { Sluice } from "@sluice/ws";
import { WebSocketServer } from "ws";

const sluice = new Sluice({ configuration: { overflow: "drop-oldest" } });
const server = sluice.wrap(new WebSocketServer({ port: 9001 }));
server.on("connection", (socket) => {
  const connection = sluice.of(socket);
  const echo = async (data: Buffer) => void (await connection.send(data));
  socket.on("message", sluice.guard(socket, echo));
});
process.once("SIGTERM", async () => {
  await sluice.close({ code: 1001, reason: "restart" });
  server.close();
});
