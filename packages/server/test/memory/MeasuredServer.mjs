/** `sluice serve` in a process of its own, with an eye on its memory. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export class MeasuredServer {
  static async start() {
    const args = [main, "serve", "--port", "0", "--clients", "none"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    while (!said.includes("\n")) said += (await once(child.stdout, "data"))[0];
    child.stdout.resume();
    const [, host] = /listens on http:\/\/(\S+)/.exec(said);
    const server = new MeasuredServer(child, host);
    await server.#measure();
    server.startMegabytes = server.peakMegabytes;
    server.timer = setInterval(() => server.#measure(), 100);
    return server;
  }

  constructor(child, host) {
    this.child = child;
    this.host = host;
    this.peakMegabytes = 0;
  }

  url(path) {
    return `ws://${this.host}${path}`;
  }

  async connections() {
    return (await fetch(`http://${this.host}/connections`)).json();
  }

  /** What the memory of the server's own process, without its engine, has grown by at the most. */
  get growthMegabytes() {
    return this.peakMegabytes - this.startMegabytes;
  }

  async stop() {
    clearInterval(this.timer);
    const exited = once(this.child, "exit");
    this.child.kill("SIGTERM");
    return (await exited)[0];
  }

  #measure() {
    const [, resident] = readFileSync(`/proc/${this.child.pid}/statm`, "utf8").split(" ");
    this.peakMegabytes = Math.max(this.peakMegabytes, (Number(resident) * 4096) / 1e6);
  }
}
