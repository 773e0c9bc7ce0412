/** The process of the reference server, which watches how long its event loop stands still. */
import { collectAlone, LiveTable, Server } from "@sluice/server";
import { Watch } from "../sockets/Watch.js";
import type { LooksRequest } from "./protocol.js";

const database = {
  stream: () => Promise.reject(new Error("nobody asks")),
};
/** Everyone is sent something, and nothing while it is looked: what is seen is the look. */
collectAlone();
const starting = Server.start({ database, feedRate: 10 });
const restingRate = 1e-6;
const screen = { isTTY: true, rows: 40, columns: 160, write: () => true };
const watch = new Watch();
let table: LiveTable | undefined;

process.on("message", async (request: LooksRequest) => process.send?.(await answerTo(request)));
process.on("disconnect", () => process.exit());

async function answerTo(request: LooksRequest): Promise<unknown> {
  const server = await starting;
  switch (request.ask) {
    case "port":
      return server.port;
    case "watch":
      if (request.hasTable) table = new LiveTable(server.book, screen);
      server.feed.rate = restingRate;
      watch.start();
      return true;
    case "longest":
      table?.stop();
      table = undefined;
      return watch.stop();
    default:
      return request satisfies never;
  }
}
