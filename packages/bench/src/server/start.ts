/** The cold start of the reference server: from the start of its process to the first open connection. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { interleaved } from "../rounds.js";

const rounds = 7;
const main = fileURLToPath(new URL("../../../server/dist/main.js", import.meta.url));

export const start: Part = {
  name: "start",
  figures: { start: "cold start of `sluice serve`, to the first open connection" },
  run: async () => {
    const [millis = []] = await interleaved([main], rounds, coldStart);
    return [figure({ id: "start", unit: "ms", ours: millis })];
  },
};

async function coldStart(program: string): Promise<number> {
  const startMillis = performance.now();
  const args = [program, "serve", "--port", "0", "--clients", "none"];
  const server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    let said = "";
    while (!said.includes("\n")) said += (await once(server.stdout, "data"))[0];
    const host = /listens on http:\/\/(\S+)/.exec(said)?.[1];
    const socket = new WebSocket(`ws://${host}/feed`, { perMessageDeflate: false });
    await once(socket, "open");
    const millis = performance.now() - startMillis;
    socket.terminate();
    server.stdout.resume();
    return millis;
  } finally {
    const exited = once(server, "exit");
    server.kill("SIGTERM");
    await exited;
  }
}
