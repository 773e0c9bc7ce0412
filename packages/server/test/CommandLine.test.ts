import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { WebSocket } from "ws";
import { complaints, end, says, start, upToLine } from "./CommandLine.js";

// A process starts when the machine gets to it.
vi.setConfig({ testTimeout: 120_000 });

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
    [["serve", "--origin", "ops.example"], '"ops.example"', "must be an origin, such as https://"],
    [["serve", "--origin", "https://a.example/x"], '"https://a.example/x"', "a host, no path"],
    [["serve", "--origin", "null"], '"null"', "must be an origin"],
    [["serve", "--origin", "https://a.example", "--origin", "*"], '"*"', "must be an origin"],
    [["serve", "--query-timeout", "2h5"], "'2h5'", "500ms, 15s or 2m"],
    [["serve", "--query-timeout", "25h"], "'25h'", "up to a day"],
    [["serve", "--max-per-address", "-1"], "'-1'", "whole number from 0 to"],
    [["serve", "--max-upgrades", "0"], "'0'", "whole number from 1 to"],
    [["serve", "--threads", "0"], "'0'", "whole number from 1 to 64"],
    [["serve", "--threads", "x"], "'x'", "whole number from 1 to 64"],
    [["serve", "--threads", "65"], "'65'", "whole number from 1 to 64"],
    [["serve", "--threads", "2", "--nats", "nats://a"], "(nats://a)", "needs --threads 1, not 2"],
    [["serve", "--threads", "2", "--inspect"], "(8080)", "needs --threads 1, not 2"],
    [["serve", "--threads", "3", "--max-per-address", "2"], "(2)", "at least --threads (3)"],
    [["serve", "now"], "", "too many arguments"],
    [["serve", "--prot", "1"], "--prot", "Did you mean --port?"],
    [["sevre"], "'sevre'", "Did you mean serve?"],
  ])("%j", async (args, value, rule) => {
    const { code, err, out } = await end(start(...args));
    expect(code).toBe(2);
    expect(err).toContain(value);
    expect(err).toContain(rule);
    expect(out).toBe("");
  });
});

test("serve takes a limit of connections by address", async () => {
  const child = start("serve", "--port", "0", "--clients", "none", "--max-per-address", "1");
  const at = await address(child);
  const connect = () => {
    const socket = new WebSocket(`ws://${at}/feed`);
    // One that was refused is ended before it was open.
    socket.on("error", () => {});
    onTestFinished(() => socket.terminate());
    return socket;
  };
  await once(connect(), "open");
  const [, response] = await once(connect(), "unexpected-response");
  expect(response.statusCode).toBe(429);
});

test("serve refuses a token that is none, and does not print it", async () => {
  vi.stubEnv("SLUICE_TOKEN", "two secrets");
  onTestFinished(() => void vi.unstubAllEnvs());
  const { code, err } = await end(start("serve", "--port", "0", "--for", "1s"));
  expect(code).toBe(2);
  expect(err).toContain("SLUICE_TOKEN");
  expect(err).not.toContain("secrets");
});

test("serve asks for its token, and lets its own clients in", async () => {
  vi.stubEnv("SLUICE_TOKEN", "token-of-the-test");
  onTestFinished(() => void vi.unstubAllEnvs());
  const child = start("serve", "--port", "0");
  const said = await says(child, /listens on http:.*\n/, /query-stalled paused/);
  const [, at] = /listens on http:\/\/(\S+)/.exec(said) as RegExpExecArray;
  const stranger = new WebSocket(`ws://${at}/feed`);
  stranger.on("error", () => {});
  onTestFinished(() => stranger.terminate());
  const [, response] = await once(stranger, "unexpected-response");
  expect(response.statusCode).toBe(401);
  const headers = { authorization: "Bearer token-of-the-test" };
  const known = new WebSocket(`ws://${at}/feed`, { headers });
  onTestFinished(() => known.terminate());
  await once(known, "open");
});

describe("sluice serve --origin", () => {
  test("lets the pages of each in that is named, and no others", async () => {
    const named = ["https://ops.example", "http://other.example:8080"];
    const child = start(
      ...["serve", "--port", "0", "--clients", "none"],
      ...named.flatMap((origin) => ["--origin", origin]),
    );
    const at = await address(child);
    const visit = async (origin: string) => {
      const socket = new WebSocket(`ws://${at}/feed`, { headers: { origin } });
      onTestFinished(() => socket.terminate());
      const opened = once(socket, "open").then(() => "open");
      const refused = once(socket, "unexpected-response").then(([, { statusCode }]) => statusCode);
      return Promise.race([opened, refused]);
    };
    for (const origin of named) expect(await visit(origin)).toBe("open");
    for (const origin of ["https://evil.example", "http://ops.example", "null"]) {
      expect(await visit(origin)).toBe(403);
    }
  });
});

describe("sluice serve", () => {
  test("shows who is slowed and who loses messages; the ledger balances, and the exit code is 0", {
    timeout: 180_000,
  }, async () => {
    const child = start("serve", "--port", "0");
    const ended = end(child);
    await says(child, /query-stalled paused/, /feed-stalled-block dropping/);
    child.kill("SIGINT");
    const { code, out, err } = await ended;
    expect(complaints(err)).toBe("");
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

describe("a reader that goes away ends it quietly:", () => {
  test.each([
    ["--help", []],
    ["serve", ["--help"]],
    ["--version", []],
    ["demo", []],
    ["demo", ["--json"]],
    ["serve", ["--port", "0", "--clients", "none"]],
  ])("%s %j, before a word is read", async (command, args) => {
    const { code, err } = await upToLine(0, start(command, ...args));
    expect([code, err]).toEqual([0, expect.not.stringMatching(/error| {4}at /i)]);
  });

  test("serve closes its connections in order", async () => {
    const child = start("serve", "--port", "0", "--clients", "none");
    const where = await address(child);
    const socket = new WebSocket(`ws://${where}/feed`);
    await once(socket, "message");
    const closed = once(socket, "close");
    const ended = upToLine(1, child);
    expect((await closed)[0]).toBe(1001);
    expect(await ended).toMatchObject({ code: 0, err: expect.not.stringMatching(/error/i) });
  });

  test("serve, whose log nobody reads any more", async () => {
    const child = start(
      "serve",
      "--port",
      "0",
      "--clients",
      "none",
      "--inspect",
      "ws://127.0.0.1:1",
    );
    child.stderr?.destroy();
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
  });
});

test("the commands that need no server are there too", async () => {
  const { out, code } = await end(start("--help"));
  for (const command of ["serve", "demo", "check", "top", "chart"]) {
    expect(out).toMatch(new RegExp(`^  ${command} `, "m"));
  }
  expect(code).toBe(0);
});
