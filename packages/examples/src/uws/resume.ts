import { App } from "uWebSockets.js";
import { channelRequest, Sluice } from "@sluice/uws";

const app = App();
const history = {
  "prices.*": { maxMessages: 10_000, maxBytes: 16 * 2 ** 20, maxAgeMillis: 60_000 },
};
const sluice = new Sluice({ app, channels: { history } });
const prices = sluice.wrap({
  message: (socket, text) => {
    const request = channelRequest(text);
    // What a client may have is for you to say.
    if (!request?.channel.startsWith("prices.")) return;
    const connection = sluice.of(socket);
    if (request.type === "subscribe") void connection.resume(request.from);
    else connection.unsubscribe(request.channel);
  },
});
app.ws("/prices", prices).listen(9001, () => {});
setInterval(() => sluice.publish("prices.eur", JSON.stringify({ eur: Math.random() })), 100);
