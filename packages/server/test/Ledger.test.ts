import { configuration, Outbox } from "@sluice/core";
import type { UwsConnection } from "@sluice/uws";
import { describe, expect, test } from "vitest";
import { ConnectionBook } from "../src/ConnectionBook.js";
import { ledger } from "../src/Ledger.js";

function book(change: object = {}, closed: object = {}): ConnectionBook {
  const book = new ConnectionBook();
  enter(book, change, closed);
  return book;
}

const none = { messages: 0, bytes: 0 };
/** What a connection shows besides. */
const others = { lanes: { control: none, bulk: none }, keys: 0 };

const acknowledged = { messages: 1, bytes: 1 };

/** Enters a connection that has delivered `a` and `bc`, evicted one and closed. */
function enter(book: ConnectionBook, change: object, closed: object = {}): void {
  const outbox = new Outbox<string>({
    configuration: configuration({ maxMessages: 2 }),
    sizeOf: (text) => text.length,
    now: () => 0,
  });
  for (const text of ["lost", "a", "bc"]) outbox.offer(text);
  while (outbox.take() !== undefined);
  const connection = {
    id: "c1",
    configuration: outbox.configuration,
    look: () => ({
      statistics: { ...outbox.stats(), receipts: { acknowledged }, ...others, ...change },
      recommendation: {},
    }),
    onClosed: (listener: (info: object) => void) => listener(closed),
  };
  book.enter(connection as unknown as UwsConnection, {
    path: "/feed",
    policy: "drop-oldest",
    client: "tester",
  });
}

const receipt = { client: "tester", messages: 2, bytes: 3, missing: 0, faults: 0, code: 1001 };
const receipts = (change: object = {}) => new Map([["tester", { ...receipt, ...change }]]);

describe("a ledger of more connections than are remembered", () => {
  test("counts the forgotten, and those of them that did not balance", () => {
    const many = book({ offered: { messages: 9, bytes: 9 } });
    for (let count = 1; count < 1_005; count++) enter(many, {});
    const { balances, lines } = ledger(many, undefined);
    expect(balances).toBe(false);
    expect(lines).toContain("and 5 earlier ones, 1 BAD");
    expect(lines.at(-1)).toBe("1 of 1005 connections do not balance");
  });
});

describe("a ledger", () => {
  test("balances when each message has one fate and its client received what was delivered", () => {
    const { balances, lines } = ledger(book(), receipts());
    expect(lines).toEqual([
      "id  path   client  policy       offered  delivered  acknowledged  received  dropped    rejected  paused  balance",
      "c1  /feed  tester  drop-oldest        3          2             1         2  evicted 1  0         0.0 s   OK",
      "acknowledged: what was known to be received when the connection closed",
      "every connection balances (1)",
    ]);
    expect(balances).toBe(true);
  });

  test("balances without clients of its own", () => {
    expect(ledger(book(), undefined).balances).toBe(true);
  });

  test.each([
    ["a message is unaccounted for", { delivered: { messages: 1, bytes: 3 } }, { messages: 1 }],
    ["a byte is unaccounted for", { delivered: { messages: 2, bytes: 2 } }, { bytes: 2 }],
    [
      "more was acknowledged than delivered",
      { receipts: { acknowledged: { messages: 3, bytes: 3 } } },
      { messages: 3 },
    ],
    ["its client received less", {}, { messages: 1 }],
    ["its client received more", {}, { messages: 3 }],
    ["its client received other bytes", {}, { bytes: 4 }],
    ["messages came out of order", {}, { faults: 1 }],
    ["more is missing than was counted as lost", {}, { missing: 2 }],
  ])("does not balance when %s", (_, counted, received) => {
    const { balances, lines } = ledger(book(counted), receipts(received));
    expect(balances).toBe(false);
    expect(lines[1]).toMatch(/BAD$/);
    expect(lines.at(-1)).toBe("1 of 1 connections do not balance");
  });

  test("does not balance when one of its own clients brings no receipt", () => {
    const { balances, lines } = ledger(book(), new Map());
    expect(balances).toBe(false);
    expect(lines).toContain("c1: tester brought no receipt");
  });
});

describe("a client that received less than was delivered", () => {
  const cut = { messages: 1, bytes: 1, code: 1006 };

  test("balances when it was evicted and cut off: the rest ended on its way", () => {
    const { balances, lines } = ledger(book({}, { by: "eviction" }), receipts(cut));
    expect(lines[1]).toMatch(/2 +1 +1 +evicted 1 +0 +0\.0 s +OK, cut off$/);
    expect(balances).toBe(true);
  });

  test.each([
    ["it was closed in order", "close", cut],
    ["it ended by itself", "peer", cut],
    ["it acknowledged what it has not", "eviction", { ...cut, messages: 0, bytes: 0 }],
    ["it read the close of its eviction", "eviction", { ...cut, code: 1013 }],
    ["it has more than was delivered", "eviction", { ...cut, messages: 3 }],
    ["it has a gap that nobody counted", "eviction", { ...cut, missing: 2 }],
    ["it has something twice", "eviction", { ...cut, faults: 1 }],
  ])("does not when %s", (_, by, change) => {
    expect(ledger(book({}, { by }), receipts(change)).balances).toBe(false);
  });
});
