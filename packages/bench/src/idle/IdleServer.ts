/** A server whose memory is measured, seen from the benchmark. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Footprint, Kind, Request } from "./protocol.js";

export class IdleServer {
  readonly #process: ChildProcess;

  constructor(kind: Kind) {
    this.#process = fork(new URL("./IdleProcess.js", import.meta.url), [kind], {
      execArgv: ["--expose-gc"],
    });
  }

  async port(): Promise<number> {
    return ((await this.#ask("port")) as { port: number }).port;
  }

  async footprint(): Promise<Footprint> {
    return (await this.#ask("footprint")) as Footprint;
  }

  async useAll(): Promise<void> {
    await this.#ask("use");
  }

  stop(): void {
    this.#process.disconnect();
  }

  async #ask(request: Request): Promise<unknown> {
    this.#process.send(request);
    const [answer] = await once(this.#process, "message");
    return answer;
  }
}
