/** The server has no descriptors left: whoever is there goes on, and when some are free again, others can come. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import type { Crowded } from "../clients/protocol.js";
import type { Fault } from "../Fault.js";

const prlimit = "/usr/bin/prlimit";
/** So many more than there are in use. */
const spare = 40;
const crowd = 200;

export const descriptors: Fault = {
  name: "descriptors",
  what: `${crowd} more clients, and ${spare} descriptors for them (prlimit)`,
  by: "limit",
  isQuick: false,
  needs: () => (existsSync(prlimit) ? undefined : "there is no prlimit"),
  expects: { spared: true, recovers: true },
  async strike(stage) {
    const { pid } = stage.server;
    const limit = readdirSync(`/proc/${pid}/fd`).length + spare;
    execFileSync(prlimit, ["--pid", `${pid}`, `--nofile=${limit}:${limit}`]);
    stage.strikes();
    const ask = (count: number, holdMillis: number) =>
      stage.healthy.ask<Crowded>({ ask: "crowd", where: stage.where, count, holdMillis });
    const { answered } = await ask(crowd, 3_000);
    if (answered === crowd) stage.problems.push("there were descriptors enough");
    await stage.restored();
    const again = await ask(10, 1_000);
    if (again.answered < 10) stage.problems.push(`${again.answered} of 10 could come afterwards`);
  },
};
