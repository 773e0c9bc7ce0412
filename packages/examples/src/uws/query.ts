import { App } from "uWebSockets.js";
import { Sluice } from "@sluice/uws";

const sluice = new Sluice({ configuration: { overflow: "block", blockTimeoutMillis: 60_000 } });
const rows = sluice.wrap({
  message: async (socket) => {
    const connection = sluice.of(socket);
    // A slow client slows its own query. One that takes nothing for a minute is closed (1013).
    for (let row = 0; row < 1_000; row++) await connection.send(`row ${row}`);
  },
});
const app = App().ws("/rows", rows);
app.listen(9001, () => {});
sluice.connections.onUnhealthy(({ recommendation }) => console.log(recommendation.suggestion));
