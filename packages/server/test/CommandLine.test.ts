import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { end, start } from "./CommandLine.js";

/** Resolves with everything said so far, once all of these have been said. */
async function says(child: ChildProcess, ...patterns: ReadonlyArray<RegExp>): Promise<string> {
  let said = "";
  const { stdout } = child;
  if (stdout === null) throw new Error("its output is not piped");
  while (!patterns.every((pattern) => pattern.test(said))) said += (await once(stdout, "data"))[0];
  return said;
}

/** The address that a starting server prints. */
async function address(child: ChildProcess): Promise<string> {
  const said = await says(child, /listens on http:.*\n/);
  return (/listens on http:\/\/(\S+)/.exec(said) as RegExpExecArray)[1] as string;
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
  test("shows who is slowed and who loses messages; the ledger balances, and the exit code is 0", {
    timeout: 60_000,
  }, async () => {
    const child = start("serve", "--port", "0");
    const ended = end(child);
    await says(child, /query-stalled paused/, /feed-stalled-block dropping/);
    child.kill("SIGINT");
    const { code, out, err } = await ended;
    expect(err).toBe("");
    expect(out).toMatch(/^id +path +client +policy +offered/m);
    for (const name of ["feed-fast", "feed-stalled", "query-fast", "query-stalled"]) {
      expect(out).toMatch(new RegExp(`/(feed|query) +${name} .* OK$`, "m"));
    }
    expect(out).toMatch(/^every connection balances \(\d+\)$/m);
    expect(code).toBe(0);
  });

  test("ends by itself when its time is up", async () => {
    const { code, out } = await end(
      start("serve", "--port", "0", "--clients", "none", "--for", "500ms"),
    );
    expect(out).toContain("every connection balances (0)");
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
