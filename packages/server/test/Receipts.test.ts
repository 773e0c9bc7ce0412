/** Receipts of clients as there are: each answers pings by itself, and what it is said to have received it has. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RawClient } from "@sluice/runtime/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { until } from "./running.js";
import { onlyOne, serve } from "./wild/serve.js";

const count = 50;
const messages = Array.from({ length: count }, (_, at) => `${at}`.padEnd(2_000, "."));
const script = (name: string) => new URL(`wild/${name}`, import.meta.url).pathname;

/** A process that goes with its test. */
function started(command: string, ...args: ReadonlyArray<string>): ChildProcess {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** The one that has them: Debian's, `apt-get install python3-websockets`. */
const python = ["python3", "/usr/bin/python3"].find(
  (command) => spawnSync(command, ["-c", "import websockets"]).status === 0,
);

const wild: Record<string, (url: string, port: number) => unknown> = {
  ws: (url) => new WebSocket(url).on("message", () => {}),
  "a raw socket": (_, port) => RawClient.open(port),
  "undici, as Node's WebSocket": (url) =>
    started(process.execPath, "--experimental-websocket", script("client.mjs"), url, `${count}`),
  "Python's websockets": (url: string) =>
    started(python ?? "python3", script("client.py"), url, `${count}`),
};

describe("a client without code for it acknowledges everything", () => {
  const isThere = (name: string) =>
    python !== undefined || Boolean(process.env["CI"]) || !name.startsWith("Python");
  const those = Object.entries(wild).filter(([name]) => isThere(name));

  test.each(those)("%s", async (_, open) => {
    const { sluice, url, port } = await serve();
    await open(url, port);
    const connection = await onlyOne(sluice);
    for (const message of messages) await connection.send(message);
    await until(() => connection.stats().receipts.acknowledged.messages === count);
    const { status, inFlight } = connection.stats().receipts;
    expect([status, inFlight]).toEqual(["answered", { messages: 0, bytes: 0 }]);
  });
});

test("a client that never answers is served as before, and is said to be unanswered", async () => {
  const { sluice, url } = await serve({ configuration: { stallTimeoutMillis: 1 } });
  const received: Array<string> = [];
  const socket = new WebSocket(url, { autoPong: false });
  socket.on("message", (data) => received.push(data.toString()));
  const connection = await onlyOne(sluice);
  for (const message of messages) await connection.send(message);
  await until(() => received.length === count);
  await until(() => connection.stats().receipts.status === "unanswered");
  const { windowBytes, inFlight, acknowledged } = connection.stats().receipts;
  expect([windowBytes, inFlight, acknowledged.messages]).toEqual([null, null, 0]);
  expect(connection.health).toBe("healthy");
});

/** Set it to 100 for what the evidence says. */
const kills = Number(process.env["SLUICE_KILLS"] ?? 12);

test("a client that is killed in mid-stream has received what is said to be acknowledged, every time", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-killed-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { sluice, url } = await serve({ configuration: { maxMessages: 4_096 } });
  const stream = setInterval(() => {
    for (let at = 0; at < 20; at++) sluice.broadcast("x".repeat(1_000));
  }, 1);
  onTestFinished(() => clearInterval(stream));
  for (let kill = 0; kill < kills; kill++) {
    const log = join(folder, `${kill}`);
    const child = started(process.execPath, script("logging.mjs"), url, log);
    const connection = await onlyOne(sluice);
    // Somewhere in the stream: after another number of messages each time.
    await until(() => connection.stats().receipts.acknowledged.messages > kill * 37);
    child.kill("SIGKILL");
    const { acknowledged } = await connection.closed;
    const received = readFileSync(log, "latin1").split("\n").length - 1;
    expect(acknowledged?.messages).toBeGreaterThan(kill * 37);
    expect(acknowledged?.messages).toBeLessThanOrEqual(received);
    await until(() => sluice.connections.size === 0);
  }
});
