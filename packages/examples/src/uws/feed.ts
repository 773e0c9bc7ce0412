import { App } from "uWebSockets.js";
import { Frame, Sluice } from "@sluice/uws";

const sluice = new Sluice({ configuration: { maxMessages: 1_000, overflow: "drop-oldest" } });
const app = App().ws("/feed", sluice.wrap());
app.listen(9001, () => {});
setInterval(() => sluice.broadcast(Frame.text(JSON.stringify({ now: Date.now() }))), 100);
