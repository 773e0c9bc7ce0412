import { EventEmitter } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, createServer as createFront, type Socket } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type Rated, Rates } from "../src/top/Rates.js";
import type { RemoteConnection } from "../src/top/RemoteConnection.js";
import { sorted, topSorts } from "../src/top/TopSort.js";
import { type TopOptions, top } from "../src/top/top.js";
import { printable, topTable } from "../src/top/topLines.js";
import { end, start } from "./CommandLine.js";

// A process, and a timer, starts when the machine gets to it.
vi.setConfig({ testTimeout: 120_000 });

/** A keyboard whose keys a test presses. */
class Keys extends EventEmitter {
  readonly isTTY = true;
  isRaw = false;
  setRawMode(raw: boolean): void {
    this.isRaw = raw;
  }
  resume(): void {}
  pause(): void {}
  press(key: string): void {
    this.emit("data", Buffer.from(key));
  }
}

/** `sluice top` on a screen that a test can read. */
function watching(
  url: string | ReadonlyArray<string>,
  options: Partial<Pick<TopOptions, "sort" | "once" | "json">> & { readonly isTTY?: boolean } = {},
) {
  const { isTTY = false, sort = "dropped", once, json } = options;
  const written: Array<string> = [];
  const complaints: Array<string> = [];
  const keys = new Keys();
  const stopping = new AbortController();
  const screen = { isTTY, rows: 30, columns: 200, write: (text: string) => written.push(text) };
  const given: TopOptions = {
    urls: [url].flat(),
    sort,
    once,
    json,
    forMillis: undefined,
    everyMillis: 5,
    screen,
    keyboard: keys,
    signal: stopping.signal,
    complain: (text) => complaints.push(text),
  };
  const ended = top(given);
  onTestFinished(() => stopping.abort());
  const shows = (pattern: RegExp) =>
    vi.waitFor(() => expect(written.at(-1)).toMatch(pattern), { timeout: 45_000, interval: 2 });
  return { written, complaints, keys, ended, shows, stop: () => stopping.abort() };
}

/** A connection in good order, but for what it has lost. */
const remote = (id: string, delivered: number, evicted = 0): RemoteConnection => ({
  id,
  path: "/feed",
  client: "",
  state: "normal",
  health: "healthy",
  fill: 0,
  delayMillis: 0,
  delivered: { messages: delivered, bytes: delivered * 10 },
  dropped: { evicted: { messages: evicted, bytes: 0 } },
  rejected: {},
  recommendation: { action: "ok", reason: "" },
});

describe("sluice top", () => {
  test("shows the servers of a cluster as one, and who of them is away", async () => {
    const [first, second] = [await telling(remote("c1", 5)), await telling(remote("c1", 7, 3))];
    const urls = [first.url, second.url, "http://127.0.0.1:1"];
    const { ended, written, complaints } = watching(urls, { once: true });
    expect([await ended, complaints]).toEqual([0, []]);
    const [shown = ""] = written;
    expect(shown).toMatch(/: 2 connections \(2 normal\)/);
    for (const { url } of [first, second]) expect(shown).toContain(`${new URL(url).host} c1`);
    expect(shown).toMatch(/http:\/\/127\.0\.0\.1:1 \(.+\) does not answer/);
  });

  test("is silent about a cluster of which nobody answers", async () => {
    const urls = ["http://127.0.0.1:1", "http://127.0.0.1:2"];
    const { ended, complaints } = watching(urls, { once: true });
    expect(await ended).toBe(1);
    expect(complaints.join()).toMatch(/127\.0\.0\.1:1 .*127\.0\.0\.1:2/);
  });

  test("shows who is slow, what they lose and why, in a table on a terminal", async () => {
    const recommendation = { action: "disconnect", reason: "81 % of recent messages were lost" };
    const lossy = { state: "dropping", health: "unhealthy", fill: 1, recommendation };
    const { url } = await telling(
      { ...remote("c1", 9), client: "reader" },
      { ...remote("c2", 4, 1_914), ...lossy, client: "sleeper" },
    );
    const { shows, keys, ended, written } = watching(url, { isTTY: true });
    await shows(/sleeper +dropping +unhealthy +100 % .* evicted 1,914 +disconnect: 81 % of recent/);
    const last = written.at(-1) as string;
    expect(last).toMatch(
      /2 connections \(.*1 dropping.*\), [\d,]+ messages\/s, [\d.]+ MB\/s, [\d,]+ lost\/s/,
    );
    expect(last.indexOf("sleeper")).toBeLessThan(last.indexOf("reader"));
    expect(keys.isRaw).toBe(true);
    keys.press("s");
    await shows(/sorted by fill/);
    keys.press("q");
    expect(await ended).toBe(0);
    expect(keys.isRaw).toBe(false);
    // The terminal is given back as it was: its own screen, and the cursor.
    expect(written[0]).toContain("\x1b[?1049h\x1b[?25l");
    expect(written.at(-1)).toBe("\x1b[?25h\x1b[?1049l");
  });

  test("writes a line at a time elsewhere", async () => {
    const { url } = await telling(remote("c1", 9));
    const { shows, stop, ended, written } = watching(url);
    await shows(/^1 connections \(1 normal\), [\d,]+ messages\/s, .* \| nobody is slowed\n$/);
    stop();
    expect(await ended).toBe(0);
    expect(written.join("")).not.toContain("\x1b");
  });

  test.each([
    ["a port of this machine", (port: number) => `${port}`],
    ["a port with its colon", (port: number) => `:${port}`],
    ["a host and a port", (port: number) => `127.0.0.1:${port}`],
    ["the address of its WebSockets", (port: number) => `ws://127.0.0.1:${port}`],
    ["a URL", (port: number) => `http://127.0.0.1:${port}/`],
  ])("finds the server by %s", async (_, address) => {
    const { port } = await telling();
    const { shows, stop, ended, complaints } = watching(address(port));
    await shows(/^0 connections/);
    stop();
    expect([await ended, complaints]).toEqual([0, []]);
  });

  test("once: looks, prints the table as lines that stay, and ends; as JSON it is a line", async () => {
    const { url } = await telling({ ...remote("c1", 9), client: "reader" });
    const once = watching(url, { isTTY: true, once: true });
    expect(await once.ended).toBe(0);
    const text = once.written.join("");
    expect(text).toMatch(
      /^http:.*: 1 connections .*\n\nid +path +client .*\n\S+ +\/feed +reader .*\n$/,
    );
    expect(text).not.toContain("\x1b");
    const asJson = watching(url, { once: true, json: true });
    expect(await asJson.ended).toBe(0);
    expect(asJson.written).toHaveLength(1);
    const said = JSON.parse(asJson.written[0] as string);
    expect(said).toMatchObject({
      server: url,
      connections: [{ client: "reader", lostPerSecond: 0 }],
    });
  });

  test("says who was cut off: once, line by line and on a terminal", async () => {
    const last = { id: "c7", atEpochMillis: 1, rung: "age", reason: "slow consumer: 60 % lost" };
    const evictions = { "/feed": { counts: { age: 3 }, latest: [last] } };
    const { url } = await answering({
      "/connections": [remote("c1", 9)],
      "/evictions": evictions,
    });
    const said = "evicted: 3 age; last c7 of /feed (slow consumer: 60 % lost)";
    const once = watching(url, { once: true });
    expect(await once.ended).toBe(0);
    expect(once.written.join("").split("\n").slice(1, 3)).toEqual([said, ""]);
    for (const isTTY of [false, true]) {
      const { written, shows, stop, ended } = watching(url, { isTTY });
      await shows(/evicted: 3 age/);
      expect(written.at(-1)).toContain(said);
      stop();
      expect(await ended).toBe(0);
    }
  });

  test("once: a server that does not answer is said, and is exit code 1", async () => {
    const { server, url } = await other(404, "{}");
    const { ended, complaints, written } = watching(url, { once: true });
    expect(await ended).toBe(1);
    expect(complaints).toEqual([`error: ${url} does not answer (GET /connections has status 404)`]);
    expect(written).toEqual([]);
    server.closeAllConnections();
  });

  test("as JSON each look is a line, silence too", async () => {
    const { server, url } = await other(404, "{}");
    const { shows, written, stop, ended } = watching(url, { isTTY: true, json: true });
    await shows(/^\{.*\}\n$/);
    const silence = "GET /connections has status 404";
    expect(JSON.parse(written[0] as string)).toEqual({ server: url, silence });
    stop();
    expect(await ended).toBe(1);
    server.closeAllConnections();
  });

  test("says that the server went away, and goes on when it is back", async () => {
    const { url, cut, mend } = await way((await telling()).port);
    const { shows, stop, ended } = watching(url);
    await shows(/^0 connections/);
    cut();
    await shows(/^http:\/\/127\.0\.0\.1:\d+ does not answer \(.+\): trying again\n$/);
    await mend();
    await shows(/^0 connections/);
    stop();
    expect(await ended).toBe(0);
  });

  test.each(["http://", "nonsense", "", "70000", "::1:9001", "http://me:secret@localhost:9001"])(
    "%s is no address: exit code 2, and it says so",
    async (url) => {
      const { ended, complaints, written } = watching(url);
      expect(await ended).toBe(2);
      expect(complaints).toEqual([
        `error: the server ("${url}") must be an address such as http://localhost:9001, localhost:9001 or 9001`,
      ]);
      expect(written).toEqual([]);
    },
  );

  test.each([
    ["status 404", 404, "{}"],
    ["not valid JSON|Unexpected token", 200, "<html>"],
    ["Expected array", 200, '{"hello": "world"}'],
  ])(
    "a server that is none of ours is said: %s; never an answer is exit code 1",
    async (reason, status, body) => {
      const { server, url } = await other(status, body);
      const { shows, stop, ended } = watching(url);
      await shows(new RegExp(`does not answer \\(.*(${reason}).*\\): trying again`));
      stop();
      expect(await ended).toBe(1);
      server.closeAllConnections();
    },
  );
});

/** A way to a server that can be cut and mended: an address that stays, whatever is behind it. */
async function way(to: number) {
  const sockets = new Set<Socket>();
  const open = async (port: number) => {
    const front = createFront((socket) => {
      const back = connect(to, "127.0.0.1");
      for (const one of [socket, back]) sockets.add(one.on("error", () => {}));
      socket.pipe(back).pipe(socket);
    });
    await new Promise<void>((resolve) => front.listen(port, "127.0.0.1", resolve));
    return front;
  };
  let front = await open(0);
  const { port } = front.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    front.close();
  };
  const mend = async () => {
    front = await open(port);
  };
  onTestFinished(cut);
  return { url: `http://127.0.0.1:${port}`, cut, mend };
}

/** A server that answers everything alike. */
async function other(status: number, body: string) {
  const server = createServer((_, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `http://127.0.0.1:${port}` };
}

/** A server with an answer for each of these paths. */
async function answering(answers: Readonly<Record<string, unknown>>) {
  const server = createServer((request, response) => {
    response.end(JSON.stringify(answers[request.url ?? ""]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}` };
}

/** A server that tells of these connections. */
function telling(...connections: ReadonlyArray<RemoteConnection>) {
  return other(200, JSON.stringify(connections));
}

test("on the command line an address that is none ends with 2, and so does an order that there is not", async () => {
  const run = (...args: ReadonlyArray<string>) => end(start("top", ...args));
  expect(await run("localhost")).toMatchObject({ code: 2, out: "" });
  const { code, err } = await run("http://localhost:1", "--sort", "luck");
  expect([code, err]).toEqual([2, expect.stringContaining("dropped, fill, rate")]);
  const silent = await run("http://127.0.0.1:1", "--for", "100ms");
  expect(silent.code).toBe(1);
});

describe("rates", () => {
  test("are what has changed, by the second; of a new connection, or one that counts anew, 0", () => {
    const rates = new Rates();
    expect(rates.rate([remote("c1", 500)], 1_000)[0]?.deliveredPerSecond).toBe(0);
    const [c1, c2] = rates.rate([remote("c1", 700, 6), remote("c2", 9)], 3_000);
    expect(c1).toMatchObject({
      deliveredPerSecond: 100,
      deliveredBytesPerSecond: 1_000,
      lostPerSecond: 3,
    });
    expect(c2).toMatchObject({ deliveredPerSecond: 0, lostPerSecond: 0 });
    expect(rates.rate([remote("c1", 5)], 4_000)[0]?.deliveredPerSecond).toBe(0);
    rates.forget();
    expect(rates.rate([remote("c1", 900)], 5_000)[0]?.deliveredPerSecond).toBe(0);
  });
});

test.each(topSorts)("the order %s has all connections, equals by their ids", (sort) => {
  const rated = new Rates().rate([remote("c10", 1), remote("c9", 1)], 0);
  expect(sorted(rated, sort).map(({ id }) => id)).toEqual(["c9", "c10"]);
});

test("labels have a column where a connection has one, and none elsewhere", () => {
  const [plain, labelled] = new Rates().rate(
    [remote("c1", 1), { ...remote("c2", 1), label: "Ann\x1b" }],
    0,
  ) as [Rated, Rated];
  expect(topTable([plain])[0]).not.toContain("label");
  const [header, first, second] = topTable([plain, labelled]);
  expect(header).toMatch(/^id +path +client +label +state/);
  expect(first).toMatch(/^c1 +\/feed +- +- +normal/);
  expect(second).toMatch(/^c2 +\/feed +- +Ann\? +normal/);
});

test("text from elsewhere cannot steer the terminal", () => {
  expect(printable("a\x1b[2Jb\u202ec")).toBe("a?[2Jb?c");
});
