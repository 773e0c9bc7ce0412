import { App } from "uWebSockets.js";
import { serve } from "@sluice/threads";
import { Frame, Sluice } from "@sluice/uws";

await serve(({ bus }) => {
  const app = App();
  const sluice = new Sluice({ app, bus });
  const chat = sluice.wrap({
    open: (socket) => void sluice.of(socket).subscribe("rooms.lobby"),
    message: (_, text, isBinary) => void sluice.publish("rooms.lobby", Frame.copy(text, isBinary)),
  });
  app.ws("/chat", chat);
  return { app, sluice };
});
