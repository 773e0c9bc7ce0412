import { Sluice } from "@sluice/ws";
import { WebSocketServer } from "ws";

const sluice = new Sluice({ configuration: { overflow: "block", blockTimeoutMillis: 60_000 } });
const server = sluice.wrap(new WebSocketServer({ port: 9001 }));
server.on("connection", (socket) => {
  const connection = sluice.of(socket);
  const answer = async () => {
    // A slow client slows its own query. One that takes nothing for a minute is closed (1013).
    for (let row = 0; row < 1_000; row++) await connection.send(`row ${row}`);
  };
  socket.on("message", sluice.guard(socket, answer));
});
sluice.connections.onUnhealthy(({ recommendation }) => console.log(recommendation.suggestion));
