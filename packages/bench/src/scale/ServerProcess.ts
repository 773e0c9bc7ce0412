/** The process of a server with very many connections, with Sluice or without. */

import { App } from "uWebSockets.js";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as passed } from "node:timers/promises";
import { total } from "@sluice/core";
import { Frame, Sluice } from "@sluice/uws";
import { collectGarbage } from "../rounds.js";
import { listen } from "../sockets/listen.js";
import {
  type Counts,
  type Footprint,
  type Kind,
  type LoopDelay,
  messageBytes,
  monotonicMillis,
  type ServerRequest,
} from "./protocol.js";

interface Server {
  publish(message: Uint8Array): void;
  /** Connections that a message reaches by the app's topics. */
  joined(): number;
  counts(): Counts;
}

const app = App();
const server = (process.argv[2] as Kind) === "sluice" ? withSluice() : alone();
const listening = listen(app);
let published = 0;

process.on("message", async (request: ServerRequest) => process.send?.(await answerTo(request)));
process.on("disconnect", () => process.exit());

async function answerTo(request: ServerRequest): Promise<unknown> {
  switch (request.ask) {
    case "port":
      return (await listening).port;
    case "footprint":
      return footprint();
    case "joined":
      return server.joined();
    case "rest":
      return loopDelay(() => passed(request.seconds * 1000));
    case "broadcast":
      return loopDelay(() => broadcast(request.messages));
    case "counts":
      return server.counts();
    default:
      return request satisfies never;
  }
}

function withSluice(): Server {
  const sluice = new Sluice({ app });
  app.ws("/*", sluice.wrap());
  return {
    publish: (message) => void sluice.broadcast(Frame.binary(message)),
    joined: () => app.numSubscribers("sluice"),
    counts: () => {
      const sums = { connections: 0, offered: 0, delivered: 0, acknowledged: 0, others: 0 };
      for (const connection of sluice.connections) {
        const { offered, delivered, receipts, dropped, rejected, buffered, waiting } =
          connection.stats();
        sums.connections++;
        sums.offered += offered.messages;
        sums.delivered += delivered.messages;
        sums.acknowledged += receipts.acknowledged.messages;
        sums.others +=
          total(dropped).messages + total(rejected).messages + buffered.messages + waiting.messages;
      }
      return sums;
    },
  };
}

function alone(): Server {
  const topic = "everyone";
  app.ws("/*", { open: (socket) => void socket.subscribe(topic) });
  const joined = () => app.numSubscribers(topic);
  return {
    publish: (message) => void app.publish(topic, message, true, false),
    joined,
    counts: () => ({
      connections: joined(),
      offered: 0,
      delivered: 0,
      acknowledged: 0,
      others: 0,
    }),
  };
}

async function broadcast(messages: number): Promise<void> {
  for (let left = messages; left > 0; left--) {
    const message = Buffer.alloc(messageBytes);
    message.writeDoubleLE(published++, 0);
    message.writeDoubleLE(monotonicMillis(), 8);
    server.publish(message);
    await passed(1_000);
  }
}

async function loopDelay(during: () => Promise<void>): Promise<LoopDelay> {
  const monitor = monitorEventLoopDelay({ resolution: 1 });
  monitor.enable();
  await during();
  monitor.disable();
  const millis = (nanos: number) => nanos / 1e6;
  return {
    median: millis(monitor.percentile(50)),
    p99: millis(monitor.percentile(99)),
    max: millis(monitor.max),
  };
}

async function footprint(): Promise<Footprint> {
  for (let turn = 0; turn < 5; turn++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, resident: rss };
}
