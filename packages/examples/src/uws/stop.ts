import { App, type us_listen_socket, us_listen_socket_close } from "uWebSockets.js";
import { Sluice } from "@sluice/uws";

const sluice = new Sluice({ configuration: { closeTimeoutMillis: 10_000 } });
let listening: us_listen_socket | false = false;
App()
  .ws("/feed", sluice.wrap())
  .listen(9001, (socket) => {
    listening = socket;
  });

process.once("SIGTERM", async () => {
  if (listening) us_listen_socket_close(listening);
  await sluice.close({ code: 1001, reason: "going away" });
  process.exit(0);
});
