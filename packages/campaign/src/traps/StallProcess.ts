/**
 * A server that sends large messages to its client, more whenever that has taken some. Without Sluice it sends from inside
 * `drain`, as every example does: a short write there arms the socket, and leaving `drain` disarms it, for ever.
 */

import { App, type WebSocket } from "uWebSockets.js";
import { listen } from "@sluice/bench/kit";
import { Sluice } from "@sluice/uws";
import { payload } from "../ledger/Payload.js";
import { stall, type Way } from "./protocol.js";

const app = App();
const way = process.argv[2] as Way;
if (way === "raw") alone();
else guarded();
const { port } = await listen(app);
process.on("message", () => process.send?.(port));
process.on("disconnect", () => process.exit());

function alone(): void {
  let sent = 0;
  const pump = (socket: WebSocket<unknown>) => {
    while (sent < stall.messages && socket.send(message(++sent), true, false) === 1);
  };
  app.ws("/*", { maxBackpressure: 0, message: pump, drain: pump });
}

function guarded(): void {
  const sluice = new Sluice({ configuration: { overflow: "block", blockTimeoutMillis: 60_000 } });
  app.ws(
    "/*",
    sluice.wrap({
      message: async (socket) => {
        const connection = sluice.of(socket);
        for (let number = 1; number <= stall.messages; number++) {
          await connection.send(message(number));
        }
      },
    }),
  );
}

function message(number: number): Buffer {
  return payload({ number, dueMillis: 0 }, stall.bytes);
}
