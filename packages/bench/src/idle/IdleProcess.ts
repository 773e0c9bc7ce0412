/** The process of a server with idle connections, with or without Sluice. */
import { App, type WebSocket } from "uWebSockets.js";
import { Frame, Sluice } from "@sluice/uws";
import { collectGarbage } from "../rounds.js";
import { listen } from "../sockets/listen.js";
import type { Answer, Footprint, Kind, Request } from "./protocol.js";

const kind = process.argv[2] as Kind;
const app = App();
const frame = Frame.text("x".repeat(128));
const use = kind === "sluice" ? withSluice() : alone();
const listening = listen(app);

process.on("message", async (request: Request) => answer(await answerTo(request)));
process.on("disconnect", () => process.exit());

async function answerTo(request: Request): Promise<Answer> {
  switch (request) {
    case "port":
      return { port: (await listening).port };
    case "footprint":
      return footprint();
    case "use":
      for (let left = 10; left > 0; left--) use();
      return "used";
    default:
      return request satisfies never;
  }
}

function withSluice(): () => void {
  const sluice = new Sluice();
  app.ws("/*", sluice.wrap());
  return () => {
    sluice.broadcast(frame);
    for (const connection of sluice.connections) void connection.assess();
  };
}

/** It keeps a set of its sockets, as any server that sends to all of them must. */
function alone(): () => void {
  const sockets = new Set<WebSocket<unknown>>();
  app.ws("/*", { open: (socket) => void sockets.add(socket) });
  return () => {
    for (const socket of sockets) socket.send(frame.data, false, false);
  };
}

async function footprint(): Promise<Footprint> {
  for (let turn = 0; turn < 5; turn++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, resident: rss };
}

function answer(what: Answer): void {
  process.send?.(what);
}
