import { App } from "uWebSockets.js";
import { Label, Sluice } from "@sluice/uws";

const app = App();
const sluice = new Sluice({
  app,
  gaps: true,
  lanes: { bulk: { maxMessages: 200 } },
  // What is published without a label, on whichever node, has that of its channel.
  channels: { labels: { "orders.*": (channel) => ({ topic: channel }) } },
});
// Made once, and shared by all messages of a stream.
const euro = new Label({ key: "EURUSD" });
const market = sluice.wrap({
  open: (socket) => {
    const connection = sluice.of(socket);
    for (const channel of ["prices", "orders.new"]) connection.subscribe(channel);
    // It goes before all that waits, and has room of its own.
    connection.offer('{"hello":"market"}', { lane: "control" });
    // It goes behind the rest, and after five seconds not at all.
    connection.offer('{"news":"…"}', { lane: "bulk", ttlMillis: 5_000 });
  },
});
app.ws("/market", market).listen(9001, () => {});
let orders = 0;
setInterval(() => {
  // Who is behind has but the latest price of a key, and is told which orders it did not get.
  sluice.publish("prices", JSON.stringify({ eur: Math.random() }), euro);
  sluice.publish("orders.new", JSON.stringify({ topic: "orders.new", order: ++orders }));
}, 100);
