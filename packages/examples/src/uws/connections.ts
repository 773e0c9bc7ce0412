import { App } from "uWebSockets.js";
import { Sluice } from "@sluice/uws";

const sluice = new Sluice();
App()
  .ws("/feed", sluice.wrap())
  .get("/connections", (response) => {
    const connections = Array.from(sluice.connections, (connection) => ({
      ...connection.toJSON(),
      path: "/feed",
      client: "",
      recommendation: connection.recommendation(),
    }));
    response.writeHeader("content-type", "application/json").end(JSON.stringify(connections));
  })
  .listen(9001, () => {});
