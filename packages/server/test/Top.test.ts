import { EventEmitter } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, connect, createServer as createFront, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { Rates } from "../src/top/Rates.js";
import { sorted, type TopSort, topSorts } from "../src/top/TopSort.js";
import { type TopOptions, top } from "../src/top/top.js";
import { printable } from "../src/top/topLines.js";
import { end, start } from "./CommandLine.js";
import { Database, running, until } from "./running.js";

let database: Database;
beforeAll(async () => {
  database = await Database.open();
});
afterAll(() => database.close());

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
  url: string,
  options: { readonly isTTY?: boolean; readonly sort?: TopSort } = {},
) {
  const { isTTY = false, sort = "dropped" } = options;
  const written: Array<string> = [];
  const complaints: Array<string> = [];
  const keys = new Keys();
  const stopping = new AbortController();
  const screen = { isTTY, rows: 30, columns: 200, write: (text: string) => written.push(text) };
  const given: TopOptions = {
    url,
    sort,
    forMillis: undefined,
    everyMillis: 5,
    screen,
    keyboard: keys,
    signal: stopping.signal,
    complain: (text) => complaints.push(text),
  };
  const ended = top(given);
  onTestFinished(() => stopping.abort());
  const shows = (pattern: RegExp) => until(() => pattern.test(written.at(-1) ?? ""));
  return { written, complaints, keys, ended, shows, stop: () => stopping.abort() };
}

describe("sluice top", () => {
  test("shows who is slow, what they lose and why, in a table on a terminal", async () => {
    const { server, connect } = await running({ database, feedRate: 50_000 });
    (await connect("/feed?policy=drop-oldest&client=sleeper")).pause();
    await (await connect("/feed?client=reader")).next();
    const { shows, keys, ended, written } = watching(server.url, { isTTY: true });
    await shows(
      /sleeper +dropping +unhealthy +100 % .* evicted [\d,]+ +disconnect: \d+ % of recent/,
    );
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
    const { server, connect } = await running({ database });
    await (await connect("/feed?client=reader")).next();
    const { shows, stop, ended, written } = watching(server.url);
    await shows(/^1 connections \(1 normal\), [\d,]+ messages\/s, .* \| nobody is slowed\n$/);
    stop();
    expect(await ended).toBe(0);
    expect(written.join("")).not.toContain("\x1b");
  });

  test("says that the server went away, and goes on when it is back", async () => {
    const { server } = await running({ database });
    const { url, cut, mend } = await way(server.port);
    const { shows, stop, ended } = watching(url);
    await shows(/^0 connections/);
    cut();
    await shows(/^http:\/\/127\.0\.0\.1:\d+ does not answer \(.+\): trying again\n$/);
    await mend();
    await shows(/^0 connections/);
    stop();
    expect(await ended).toBe(0);
  });

  test.each(["localhost:9001", "ws://localhost:9001", "http://", "nonsense"])(
    "%s is no address: exit code 2, and it says so",
    async (url) => {
      const { ended, complaints, written } = watching(url);
      expect(await ended).toBe(2);
      expect(complaints).toEqual([
        `error: the URL ("${url}") must be that of a server, such as http://localhost:9001`,
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
async function other(status: number, body: string): Promise<{ server: HttpServer; url: string }> {
  const server = createServer((_, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("on the command line an address that is none ends with 2, and so does an order that there is not", async () => {
  const run = (...args: ReadonlyArray<string>) => end(start("top", ...args));
  expect(await run("localhost")).toMatchObject({ code: 2, out: "" });
  const { code, err } = await run("http://localhost:1", "--sort", "luck");
  expect([code, err]).toEqual([2, expect.stringContaining("dropped, fill, rate")]);
  const silent = await run("http://127.0.0.1:1", "--for", "100ms");
  expect(silent.code).toBe(1);
});

const remote = (id: string, delivered: number, evicted = 0) => ({
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

test("text from elsewhere cannot steer the terminal", () => {
  expect(printable("a\x1b[2Jb\u202ec")).toBe("a?[2Jb?c");
});
