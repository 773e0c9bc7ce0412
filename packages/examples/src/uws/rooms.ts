import { App } from "uWebSockets.js";
import { Frame, Sluice } from "@sluice/uws";

const app = App();
const sluice = new Sluice({ app });
const chat = sluice.wrap({
  open: (socket) => void sluice.of(socket).subscribe("rooms.lobby"),
  message: (_, text, isBinary) => void sluice.publish("rooms.lobby", Frame.copy(text, isBinary)),
});
app.ws("/chat", chat).listen(9001, () => {});
