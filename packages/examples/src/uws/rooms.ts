import { App } from "uWebSockets.js";
import { Frame, Sluice } from "@sluice/uws";

const sluice = new Sluice();
const chat = sluice.wrap({
  open: (socket) => void sluice.of(socket).subscribe("rooms.lobby"),
  message: (_socket, text, isBinary) =>
    void sluice.publish("rooms.lobby", Frame.copy(text, isBinary)),
});
const app = App().ws("/chat", chat);
app.listen(9001, () => {});
