import { App } from "uWebSockets.js";
import { livePage } from "@sluice/page";
import { Sluice } from "@sluice/uws";

const sluice = new Sluice();
const app = App().ws("/feed", sluice.wrap());
livePage({ routes: { "/feed": sluice } }).mount(app, "/sluice");
app.listen(9001, () => {});
