import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

function start(...args: ReadonlyArray<string>): ChildProcess {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** What a process said, and how it ended. */
async function end(child: ChildProcess) {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("its output is not piped");
  const [out, err, [code]] = await Promise.all([text(stdout), text(stderr), once(child, "exit")]);
  return { out, err, code: code as number };
}

/** The address that a starting server prints. */
async function address(child: ChildProcess): Promise<string> {
  let said = "";
  for (;;) {
    const [chunk] = await once(child.stdout as NonNullable<typeof child.stdout>, "data");
    said += chunk;
    const found = /listens on http:\/\/(\S+)/.exec(said);
    if (found !== null) return found[1] as string;
  }
}

describe("wrong arguments end with 2, and the value and the rule are named:", () => {
  test.each([
    [["serve", "--port", "abc"], "'abc'", "whole number from 0 to 65535"],
    [["serve", "--port", "70000"], "'70000'", "whole number from 0 to 65535"],
    [["serve", "--for", "soon"], "'soon'", "500ms, 15s or 2m"],
    [["serve", "--clients", "many"], "'many'", "demo, none"],
    [["serve", "--colour"], "--colour", "unknown option"],
    [["serve", "now"], "", "too many arguments"],
    [["sing"], "'sing'", "unknown command"],
  ])("%j", async (args, value, rule) => {
    const { code, err, out } = await end(start(...args));
    expect(code).toBe(2);
    expect(err).toContain(value);
    expect(err).toContain(rule);
    expect(out).toBe("");
  });
});

describe("sluice serve", () => {
  test("with clients of its own ends by itself, with 0 and a ledger that balances", async () => {
    const { code, out, err } = await end(start("serve", "--port", "0", "--for", "3s"));
    expect(err).toBe("");
    expect(out).toMatch(/query-stalled (throttled|paused)/);
    expect(out).toMatch(/^id +path +client +policy +offered/m);
    for (const name of ["feed-fast", "feed-stalled", "query-fast", "query-stalled"]) {
      expect(out).toMatch(new RegExp(`/(feed|query) +${name} .* OK$`, "m"));
    }
    expect(out).toContain("every connection balances (10)");
    expect(code).toBe(0);
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "without clients goes on until %s, then closes in order",
    async (signal) => {
      const child = start("serve", "--port", "0", "--clients", "none");
      const socket = new WebSocket(`ws://${await address(child)}/feed`);
      await once(socket, "message");
      const closed = once(socket, "close");
      const ended = once(child, "exit");
      child.kill(signal);
      expect((await closed)[0]).toBe(1001);
      expect(await ended).toEqual([0, null]);
    },
  );

  test("says that a port is in use, and ends with 1", async () => {
    const squatter = createServer().listen(0, "127.0.0.1");
    await once(squatter, "listening");
    onTestFinished(() => void squatter.close());
    const { port } = squatter.address() as { readonly port: number };
    const { code, err } = await end(start("serve", "--port", String(port), "--for", "1s"));
    expect(code).toBe(1);
    expect(err).toContain(`cannot listen on 127.0.0.1:${port}: the port is in use`);
  });
});
