/** The process of a uWebSockets.js server with a feed under every strategy, with receipts and without, and bare. */
import { App, type WebSocket } from "uWebSockets.js";
import type { OverflowStrategy } from "@sluice/core";
import { Frame, Sluice, type UwsConnection } from "@sluice/uws";
import { listen } from "../sockets/listen.js";
import { feed, nowMillis, pathOf, type ServerRequest, strategies } from "./protocol.js";

type Send = (message: string) => void;

const app = App();
const sends = strategies.flatMap((strategy) => [
  sluiced(strategy, "on"),
  sluiced(strategy, "off"),
  bare(strategy),
]);
app.get("/page", (response) => {
  response.writeHeader("content-type", "text/html").end("<!doctype html><title>A feed</title>");
});
const { port } = await listen(app);

process.on("message", async (request: ServerRequest) => {
  if (request.ask === "run") await run(request.seconds);
  process.send?.(port);
});
process.on("disconnect", () => process.exit());

/** Sends what is due by the clock, every 2 ms: each message says when it was made. */
async function run(seconds: number): Promise<void> {
  const startMillis = nowMillis();
  const all = seconds * feed.messagesPerSecond;
  for (let sent = 0; sent < all; ) {
    const due = Math.min(((nowMillis() - startMillis) / 1000) * feed.messagesPerSecond, all);
    for (; sent < due; sent++) {
      const message = stamped();
      for (const send of sends) send(message);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const stamped = () => `${nowMillis()} `.padEnd(feed.messageBytes, ".");

function sluiced(strategy: OverflowStrategy, kind: "on" | "off"): Send {
  const { maxMessages } = feed;
  const sluice = new Sluice({ configuration: { overflow: strategy, maxMessages } });
  const behavior = sluice.wrap({ sendPingsAutomatically: kind === "on", maxBackpressure: 2 ** 30 });
  app.ws(pathOf(strategy, kind), behavior);
  if (strategy !== "block") return (message) => void sluice.broadcast(Frame.text(message));
  const producers = new WeakMap<UwsConnection, Producer>();
  return () => {
    for (const connection of sluice.connections) {
      const producer = producers.get(connection) ?? new Producer(connection);
      producers.set(connection, producer);
      producer.isDue();
    }
  };
}

/** Waits while its client is behind, and then makes what is new: nothing is made up for. */
class Producer {
  readonly #connection: UwsConnection;
  #due = 0;
  #isWaiting = false;

  constructor(connection: UwsConnection) {
    this.#connection = connection;
  }

  isDue(): void {
    this.#due = Math.min(this.#due + 1, feed.messagesPerSecond / 100);
    if (!this.#isWaiting) void this.#produce();
  }

  async #produce(): Promise<void> {
    this.#isWaiting = true;
    try {
      for (; this.#due > 0; this.#due--) await this.#connection.send(stamped());
    } catch {
      // It has closed, or took nothing for too long.
    } finally {
      this.#isWaiting = false;
    }
  }
}

function bare(strategy: OverflowStrategy): Send {
  const sockets = new Set<WebSocket<unknown>>();
  app.ws(pathOf(strategy, "bare"), {
    maxBackpressure: 2 ** 30,
    open: (socket) => void sockets.add(socket),
    close: (socket) => void sockets.delete(socket),
  });
  return (message) => {
    for (const socket of sockets) socket.send(message);
  };
}
