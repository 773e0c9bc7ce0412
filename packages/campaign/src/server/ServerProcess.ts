/** The process of the server: a steady feed to everyone who is connected. It does as it is asked, one thing at a time. */
import { readdirSync } from "node:fs";
import { monotonicMillis } from "@sluice/bench/kit";
import { payload } from "../ledger/Payload.js";
import type { Arm } from "./Arm.js";
import { Bare } from "./Bare.js";
import { stepClock } from "./clock.js";
import { Guarded } from "./Guarded.js";
import type { Look, Remains, ServerOptions, ServerRequest } from "./protocol.js";

// They are made when they are first used: that is no leak.
void [process.stdout, process.stderr];
const options: ServerOptions = JSON.parse(process.argv[2] as string);
const isBare = options.kind.endsWith("-bare");
const arm: Arm = await (isBare ? Bare.open(options) : Guarded.open(options));
const everyMillis = 1_000 / options.messagesPerSecond;
/** After a pause of its own the feed goes on from now: it does not make up for more. */
const mostAtOnce = 50;
let feeding: NodeJS.Timeout | undefined;
let number = 0;
let dueMillis = 0;
let isStopping = false;

process.on("message", async (request: ServerRequest) =>
  process.send?.((await answerTo(request)) ?? 0),
);
process.on("disconnect", () => process.exit());
process.on("SIGTERM", () => {
  isStopping = true;
  void arm.close();
});

async function answerTo(request: ServerRequest): Promise<unknown> {
  switch (request.ask) {
    case "port":
      return arm.port;
    case "start":
      dueMillis = monotonicMillis();
      feeding = setInterval(feed, 5);
      return;
    case "quiet":
      clearInterval(feeding);
      return;
    case "look":
      return look();
    case "entries":
      return arm.entries;
    case "forget":
      arm.forget();
      return remains();
    case "block":
      return block(request.millis);
    case "clock":
      return stepClock(request.stepMillis);
    default:
      return request satisfies never;
  }
}

function feed(): void {
  const now = monotonicMillis();
  dueMillis = Math.max(dueMillis, now - mostAtOnce * everyMillis);
  for (; dueMillis <= now && !isStopping; dueMillis += everyMillis) {
    number++;
    arm.send(number, payload({ number, dueMillis }, options.messageBytes));
  }
}

function look(): Look {
  return {
    sights: arm.sights,
    open: arm.open,
    bufferedBytes: arm.bufferedBytes,
    budgetBytes: arm.budgetBytes,
    peakResidentBytes: process.resourceUsage().maxRSS * 1024,
    residentBytes: process.memoryUsage.rss(),
    errors: arm.errors,
  };
}

async function remains(): Promise<Remains> {
  // What was let go of in one turn is collected in a later one.
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
  }
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    resources[kind] = (resources[kind] ?? 0) + 1;
  }
  // Sockets of uWebSockets.js are no resources of Node.
  if (process.platform === "linux") resources["descriptor"] = readdirSync("/proc/self/fd").length;
  return { connections: arm.open, heapBytes: process.memoryUsage().heapUsed, resources };
}

/** The event loop stands still. */
function block(millis: number): void {
  const end = monotonicMillis() + millis;
  while (monotonicMillis() < end);
}
