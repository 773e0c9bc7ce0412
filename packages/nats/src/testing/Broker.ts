/** A real `nats-server` with JetStream, on a free port, in a folder of its own; it can be killed, paused and started again. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class Broker {
  readonly url: string;
  readonly #command: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "sluice-nats-"));
  readonly #arguments: ReadonlyArray<string>;
  #child: ChildProcess | undefined;

  /** Whether this machine has one; Debian's package is `nats-server`. */
  static get isThere(): boolean {
    return found() !== undefined;
  }

  /** Starts one. Rejects with an `Error` where there is none. */
  static async start(...more: ReadonlyArray<string>): Promise<Broker> {
    const command = found();
    if (command === undefined)
      throw new Error("there is no nats-server: apt-get install nats-server");
    const broker = new Broker(command, await freePort(), more);
    await broker.start();
    return broker;
  }

  private constructor(command: string, port: number, more: ReadonlyArray<string>) {
    this.#command = command;
    this.url = `nats://127.0.0.1:${port}`;
    const own = ["-a", "127.0.0.1", "-p", `${port}`, "-js", "-sd", this.#folder];
    this.#arguments = [...own, ...more];
  }

  async start(): Promise<void> {
    const child = spawn(this.#command, this.#arguments, { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      let said = "";
      child.stderr?.on("data", (data) => {
        said += data;
        if (said.includes("Server is ready")) resolve();
      });
      child.once("exit", () => reject(new Error(`nats-server has ended: ${said}`)));
    });
  }

  /** SIGKILL: it has no time for anything. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  pause(): void {
    this.#child?.kill("SIGSTOP");
  }

  goOn(): void {
    this.#child?.kill("SIGCONT");
  }

  /** Nothing of it is left. */
  async end(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function found(): string | undefined {
  return ["nats-server", "/usr/sbin/nats-server"].find(
    (one) => spawnSync(one, ["--version"]).status === 0,
  );
}

/** A port of the loopback that nobody had a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
