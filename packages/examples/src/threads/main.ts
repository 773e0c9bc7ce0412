import { availableParallelism } from "node:os";
import { Threads } from "@sluice/threads";

await Threads.start({
  module: new URL("./worker.js", import.meta.url),
  threads: availableParallelism(),
  port: 9001,
  restart: true,
  signals: ["SIGTERM", "SIGINT"],
});
