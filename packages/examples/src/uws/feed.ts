import { App } from "uWebSockets.js";
import { Frame, Sluice } from "@sluice/uws";

const app = App();
const sluice = new Sluice({ app, configuration: { maxMessages: 1_000, overflow: "drop-oldest" } });
app.ws("/feed", sluice.wrap()).listen(9001, () => {});
setInterval(() => sluice.broadcast(Frame.text(JSON.stringify({ now: Date.now() }))), 100);
