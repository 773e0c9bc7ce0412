import { App } from "uWebSockets.js";
import { Sluice } from "@sluice/uws";

const sluice = new Sluice({ configuration: { overflow: "block" } });
const rows = sluice.wrap({
  message: async (socket) => {
    await sluice.of(socket).send("row");
  },
});
const app = App().ws("/rows", rows);
app.listen(9001, () => {});
