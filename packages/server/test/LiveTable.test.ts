import { setImmediate as nextTurn } from "node:timers/promises";
import type { Screen } from "@sluice/cli";
import { configuration, Outbox, recommend } from "@sluice/core";
import type { UwsConnection } from "@sluice/uws";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConnectionBook } from "../src/ConnectionBook.js";
import { LiveTable } from "../src/LiveTable.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A book with a client that keeps up, and one whose outbox of ten is full and has lost one of eleven. */
function book(): ConnectionBook {
  const book = new ConnectionBook();
  for (const { client, count } of [
    { client: "fast", count: 0 },
    { client: "stalled", count: 11 },
  ]) {
    const outbox = new Outbox<string>({
      configuration: configuration({ maxMessages: 10, overflow: "drop-newest" }),
      sizeOf: (text) => text.length,
      now: () => 0,
    });
    for (let index = 0; index < count; index++) outbox.offer("x");
    const connection = {
      id: client,
      configuration: outbox.configuration,
      look: () => ({
        statistics: outbox.stats(),
        recommendation: recommend({
          ...outbox,
          state: outbox.state,
          health: "healthy",
          fill: outbox.fill,
          dropRate: 0,
          stalledMillis: 0,
        }),
      }),
      onClosed: () => {},
    };
    book.enter(connection as unknown as UwsConnection, {
      path: "/feed",
      policy: "drop-newest",
      client,
    });
  }
  return book;
}

async function shown(screen: Omit<Screen, "write">): Promise<string> {
  let written = "";
  const table = new LiveTable(book(), {
    ...screen,
    write: (text) => {
      written += text;
    },
  });
  await vi.advanceTimersByTimeAsync(2_500);
  table.stop();
  await vi.advanceTimersByTimeAsync(5_000);
  return written;
}

const none = { messages: 0, bytes: 0 };
const lanes = { control: none, bulk: none };

test("elsewhere than on a terminal: a line a second, with everyone who is not in state normal", async () => {
  const lines = (await shown({ isTTY: false })).trimEnd().split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(
    /^1 s: 2 connections \(1 normal, 1 dropping\), 0 messages\/s, \d+ MB \| stalled dropping 100 % full, 9 % lost$/,
  );
});

test("on a terminal: a table that is redrawn in its place", async () => {
  const screens = (await shown({ isTTY: true, rows: 50, columns: 200 })).split("\x1b[J");
  expect(screens).toHaveLength(3);
  expect(screens[1]).toMatch(/^id +path +client +state +fill +delay +sent +dropped +drop rate/);
  expect(screens[1]).toMatch(/^stalled +\/feed +stalled +dropping +100 % +500 ms +0 +1 +9 %/m);
  expect(screens[1]).toMatch(/2 connections/);
  expect(screens[1]?.endsWith("\n\x1b[5A")).toBe(true);
});

test("on a small terminal: as much as fits, and the summary", async () => {
  const [, screen = ""] = (await shown({ isTTY: true, rows: 5, columns: 30 })).split("\x1b[J");
  const lines = screen.split("\n");
  expect(lines.length).toBeLessThanOrEqual(5);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(30);
  expect(screen).toContain("2 connections");
});

test("of many, as many are looked at in a turn of the event loop as a millisecond is enough for; who closes meanwhile is counted once", async () => {
  const many = new ConnectionBook();
  const closes: Array<() => void> = [];
  let looks = 0;
  let elapsedMillis = 0;
  vi.spyOn(performance, "now").mockImplementation(() => elapsedMillis);
  for (let index = 0; index < 250; index++) {
    let state = "normal";
    const receipts = { acknowledged: { messages: 0, bytes: 0 } };
    const connection = {
      id: `c${index}`,
      configuration: configuration(),
      look: () => {
        looks++;
        // Each takes so long.
        elapsedMillis += 1 / 50;
        const outbox = new Outbox<string>({
          configuration: configuration(),
          sizeOf: () => 1,
          now: () => 0,
        });
        outbox.offer("x");
        outbox.take();
        return {
          statistics: { ...outbox.stats(), state, receipts, lanes, keys: 0 },
          recommendation: {},
        };
      },
      onClosed: (listener: (info: object) => void) => {
        closes.push(() => {
          state = "closed";
          listener({});
        });
      },
    };
    const visitor = { path: "/feed", policy: "drop-oldest", client: "" } as const;
    many.enter(connection as unknown as UwsConnection, visitor);
  }
  let written = "";
  const write = (text: string) => {
    written += text;
  };
  const table = new LiveTable(many, { isTTY: false, write });
  vi.advanceTimersByTime(1_000);
  expect(looks).toBe(50);
  // It looks once at a time, however long that takes.
  vi.advanceTimersByTime(1_000);
  expect(looks).toBe(50);
  closes[0]?.();
  closes[240]?.();
  while (written === "") await nextTurn();
  expect(written).toMatch(/ s: 249 connections \(249 normal\), 250 messages\/s, /);
  written = "";
  vi.advanceTimersByTime(1_000);
  while (written === "") await nextTurn();
  expect(written).toMatch(/ s: 248 connections \(248 normal, 2 gone\), 0 messages\/s, /);
  written = "";
  looks = 0;
  vi.advanceTimersByTime(1_000);
  table.stop();
  while (looks < 248) await nextTurn();
  await nextTurn();
  expect(written).toBe("");
  vi.restoreAllMocks();
});
