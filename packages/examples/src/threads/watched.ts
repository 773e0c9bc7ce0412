import { App } from "uWebSockets.js";
import { livePage } from "@sluice/page";
import { serve } from "@sluice/threads";
import { Sluice } from "@sluice/uws";

await serve(({ bus, whole }) => {
  const app = App();
  const sluice = new Sluice({ app, bus });
  app.ws("/chat", sluice.wrap());
  const page = livePage({ routes: { "/chat": sluice }, whole }).mount(app, "/sluice");
  return {
    app,
    sluice,
    answer: (question) => page.answer(question),
    close: () => page.close(),
  };
});
