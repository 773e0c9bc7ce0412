/** A real `nats-server` of its own on a free port, with a folder of its own, that can be killed, paused and started again. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const command = ["nats-server", "/usr/sbin/nats-server"].find(
  (one) => spawnSync(one, ["--version"]).status === 0,
);

/** Why nothing here is tested: there is no `nats-server` on this machine. */
export const isThere = command !== undefined;

export interface NatsServer {
  readonly url: string;
  start(): Promise<void>;
  /** SIGKILL: it has no time for anything. */
  kill(): Promise<void>;
  pause(): void;
  goOn(): void;
}

export async function natsServer(...more: ReadonlyArray<string>): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-nats-"));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async () => {
    const own = ["-a", "127.0.0.1", "-p", `${port}`, "-js", "-sd", folder, ...more];
    child = spawn(command as string, own, { stdio: ["ignore", "ignore", "pipe"] });
    const { stderr } = child;
    await new Promise<void>((resolve, reject) => {
      let said = "";
      stderr?.on("data", (data) => {
        said += data;
        if (said.includes("Server is ready")) resolve();
      });
      child?.once("exit", () => reject(new Error(`nats-server has ended: ${said}`)));
    });
  };
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  };
  onTestFinished(async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });
  await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    start,
    kill,
    pause: () => void child?.kill("SIGSTOP"),
    goOn: () => void child?.kill("SIGCONT"),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
