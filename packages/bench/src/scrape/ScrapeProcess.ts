/** The process of a server with metrics, which watches how long its event loop stands still. */
import { App } from "uWebSockets.js";
import { ConnectionMetrics, processMetrics, prometheusText, scrape } from "@sluice/runtime/metrics";
import { Frame, Sluice } from "@sluice/uws";
import { listen } from "../sockets/listen.js";
import { Watch } from "../sockets/Watch.js";
import type { ScrapeRequest } from "./protocol.js";

const app = App();
const sluice = new Sluice({ app });
const metrics: Readonly<Record<string, () => string | Promise<string>>> = {
  "/sliced": scrape,
  "/at-once": prometheusText,
};
new ConnectionMetrics(sluice.connections, { labels: { path: "/" } });
processMetrics();

let looked = () => {};
const { connections } = sluice;
const assess = connections.assess.bind(connections);
connections.assess = (log) => {
  assess(log);
  looked();
};

app.ws("/", sluice.wrap());
for (const [path, read] of Object.entries(metrics)) {
  app.get(path, async (response) => {
    response.onAborted(() => {});
    const text = await read();
    response.cork(() => void response.end(text));
  });
}
const listening = listen(app);

process.on("message", async (request: ScrapeRequest) => process.send?.(await answerTo(request)));
process.on("disconnect", () => process.exit());

async function answerTo(request: ScrapeRequest): Promise<unknown> {
  switch (request.ask) {
    case "port":
      return (await listening).port;
    case "use":
      return use(request.messages);
    case "watch":
      await look();
      watch.start();
      return true;
    case "longest":
      return watch.stop();
    default:
      return request satisfies never;
  }
}

/** The first goes by the outboxes; who keeps up has the others by a topic. */
async function use(messages: number): Promise<true> {
  for (let number = 0; number < messages; number++) {
    sluice.broadcast(Frame.text(`message ${number}`));
    await look();
  }
  return true;
}

/** Resolves when the turn is over in which everyone has been looked at. */
async function look(): Promise<void> {
  await new Promise<void>((resolve) => {
    looked = resolve;
  });
  await new Promise((resolve) => setImmediate(resolve));
}

const watch = new Watch();
