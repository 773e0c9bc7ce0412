import { App } from "uWebSockets.js";
import { NatsBus } from "@sluice/nats";
import { Sluice } from "@sluice/uws";

const bus = new NatsBus({ servers: "nats://127.0.0.1:4222" });
const sluice = new Sluice({ bus });
const chat = sluice.wrap({
  open: (socket) => void sluice.of(socket).subscribe("chat.room"),
  // Every member on every node has it, wherever it came from.
  message: (_, text) => void sluice.publish("chat.room", Buffer.from(text).toString()),
});
App()
  .ws("/chat", chat)
  .listen(9001, () => {});
