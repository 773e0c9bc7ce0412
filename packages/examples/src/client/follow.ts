import { SluiceClient } from "@sluice/client";
import { WebSocket } from "ws";

// In a browser, and in Node from 22 on, there is a WebSocket already.
const client = new SluiceClient("ws://127.0.0.1:9001/prices", { WebSocket });
client.subscribe("prices.eur", {
  onMessage: (price, { position }) => console.log(position, price),
  onGap: ({ count, reason }) => console.warn(`${count} prices are missing: ${reason}`),
});
