import { App } from "uWebSockets.js";
import { Sluice } from "@sluice/uws";

const sluice = new Sluice({
  // One handler of a client at a time, a hundred messages behind it; 50 messages a second, and 200 at once.
  incoming: { concurrency: 1, maxMessages: 100, maxBytes: 256 * 1024, perSecond: 50, burst: 200 },
});
const saved: Array<string> = [];
const save = async (order: string) => {
  await new Promise((resolve) => setImmediate(resolve));
  return saved.push(order);
};
const orders = sluice.wrap({
  message: async (socket, data) => {
    const order = Buffer.from(data).toString();
    const number = await save(order);
    // The next order of this client begins when this one is saved and its answer has been taken.
    await sluice.of(socket).send(`${number} ${order}`);
  },
});
App()
  .ws("/orders", orders)
  .listen(9001, () => {});
