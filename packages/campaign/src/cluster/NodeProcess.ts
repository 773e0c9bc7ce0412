/** The process of one node: real sockets of uWebSockets.js, a bus over NATS, and a publisher. */
import { App } from "uWebSockets.js";
import { appendFileSync } from "node:fs";
import { NatsBus } from "@sluice/nats";
import { channelRequest } from "@sluice/runtime/adapter";
import { Sluice } from "@sluice/uws";
import { channel, type NodeOptions, type NodeRequest, type Published } from "./protocol.js";

const options: NodeOptions = JSON.parse(process.argv[2] as string);
const app = App();
const connection = { reconnectTimeWait: 100, reconnectJitter: 50, pingInterval: 1_000 };
const bus = new NatsBus({ servers: options.broker, ordered: ["orders.**"], connection });
const sluice = new Sluice({
  app,
  bus,
  configuration: { overflow: "block", blockTimeoutMillis: 30_000 },
  channels: { history: { "orders.**": { maxMessages: 20_000, maxBytes: 16 * 1024 * 1024 } } },
  // Faults of NATS are told again and again; the ledger says what came of them.
  onError: () => {},
});
app.ws(
  "/*",
  sluice.wrap({
    message: (socket, message) => {
      const request = channelRequest(message);
      if (request?.type === "subscribe") void sluice.of(socket).resume(request.from);
    },
  }),
);
await listen(options.port);

const by = `${options.name}.${process.pid}`;
const outcomes: Array<Promise<void>> = [];
let publishing: NodeJS.Timeout | undefined;

process.on("message", async (request: NodeRequest) =>
  process.send?.((await answerTo(request)) ?? 0),
);
process.on("disconnect", () => process.exit());

async function answerTo(request: NodeRequest): Promise<unknown> {
  switch (request.ask) {
    case "begun":
      return;
    case "publish":
      publishing = setInterval(publish, 1_000 / request.perSecond);
      return;
    case "published":
      clearInterval(publishing);
      return void (await Promise.all(outcomes));
    default:
      return request satisfies never;
  }
}

function publish(): void {
  const number = outcomes.length;
  const { stored } = sluice.publish(channel, JSON.stringify(`${by} ${number}`));
  const outcome = Promise.resolve(stored).then((one) => {
    const is = one?._tag === "Stored" ? one.position.position : (one?.reason ?? "lossy");
    const published: Published = { by, number, outcome: is };
    // Written at once: it may be killed.
    appendFileSync(options.ledger, `${JSON.stringify(published)}\n`);
  });
  outcomes.push(outcome);
}

function listen(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    app.listen("127.0.0.1", port, (listening) => {
      if (listening === false) reject(new Error(`cannot listen on ${port}`));
      else resolve();
    });
  });
}
