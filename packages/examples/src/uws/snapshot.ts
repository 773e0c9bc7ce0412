import { App } from "uWebSockets.js";
import { Sluice } from "@sluice/uws";

const app = App();
const sluice = new Sluice({ app, channels: { labels: { prices: (_, text) => keyOf(text) } } });
const prices = new Map([
  ["eur", 1.07],
  ["gbp", 1.26],
]);
const line = ([currency, price]: [string, number]) => `${currency} ${price}`;
const keyOf = (text: { readonly data: ArrayBuffer }) => ({
  key: Buffer.from(text.data).toString().split(" ")[0],
});
const feed = sluice.wrap({
  open: async (socket) => {
    // It is called at once: what is published from then on comes behind it.
    const { sent } = await sluice
      .of(socket)
      .join("prices", { snapshot: () => [...prices].map(line) });
    console.log(`${sent} prices, and live`);
  },
});
app.ws("/prices", feed).listen(9001, () => {});
setInterval(() => {
  prices.set("eur", Math.random());
  sluice.publish("prices", line(["eur", prices.get("eur") ?? 0]));
}, 100);
