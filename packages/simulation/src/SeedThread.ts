/** A thread that plays the stories of some seeds after another, as it is told. */
import { parentPort } from "node:worker_threads";
import type { Part, Played } from "./campaign.js";
import { tellAll } from "./seeds.js";

parentPort?.on("message", async ({ from, to, given }: Part) => {
  const played: Played = await tellAll(from, to, given);
  parentPort?.postMessage(played);
});
