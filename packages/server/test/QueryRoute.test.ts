import { imbalance, total } from "@sluice/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { maxAnswers } from "../src/query/Answers.js";
import type { QuerySource } from "../src/query/QuerySession.js";
import { type Client, Database, type Json, running, until } from "./running.js";

let database: Database;
beforeAll(async () => {
  database = await Database.open();
});
afterAll(() => database?.close());

/** The results that the database holds open for the server of this test. */
let open = 0;

const source: QuerySource = {
  stream: async (sql, options) => {
    const results = await database.stream(sql, options);
    open++;
    let isOpen = true;
    const ended = () => {
      if (isOpen) open--;
      isOpen = false;
    };
    return {
      columns: results.columns,
      next: async () => {
        const batch = await results.next();
        if (batch === undefined) ended();
        return batch;
      },
      close: () => results.close().then(ended),
    };
  },
};

const serve = () => {
  open = 0;
  return running({ database: source });
};

const rowsOf = (messages: ReadonlyArray<Json>) =>
  messages.flatMap(({ type, rows }) => (type === "batch" ? (rows as ReadonlyArray<unknown>) : []));

const seqsOf = (messages: ReadonlyArray<Json>) =>
  messages.flatMap(({ type, seq }) => (type === "batch" ? [seq] : []));

/** A query that has something to say for longer than any test runs. */
const endless = "select range, repeat('x', 1000) from range(1000000000)";
/** A query that computes for longer than any test runs, before its first row. */
const silent = "select sum(a.range * b.range % 7) from range(1000000) a, range(1000000) b";

describe("a query", () => {
  test("is answered by its columns, its rows in batches, and how many there were", async () => {
    const { connect } = await serve();
    const client = await connect("/query");
    const sql = "select range as n, 'é' as letter from range(5)";
    client.send({ type: "query", id: "q1", sql, batchRows: 2 });
    expect(await client.upTo("completed")).toEqual([
      {
        type: "started",
        id: "q1",
        columns: [
          { name: "n", type: "BIGINT" },
          { name: "letter", type: "VARCHAR" },
        ],
      },
      {
        type: "batch",
        id: "q1",
        seq: 0,
        rows: [
          [0, "é"],
          [1, "é"],
        ],
      },
      {
        type: "batch",
        id: "q1",
        seq: 1,
        rows: [
          [2, "é"],
          [3, "é"],
        ],
      },
      { type: "batch", id: "q1", seq: 2, rows: [[4, "é"]] },
      { type: "completed", id: "q1", rows: 5, batches: 3, elapsedMillis: expect.any(Number) },
    ]);
  });

  test("without rows has none", async () => {
    const { connect } = await serve();
    const client = await connect("/query");
    client.send({ type: "query", id: "q1", sql: "select * from flights where delay > 1e9" });
    const messages = await client.upTo("completed");
    expect(messages.map(({ type }) => type)).toEqual(["started", "completed"]);
    expect(messages.at(-1)).toMatchObject({ rows: 0, batches: 0 });
  });

  test("tells its progress each ten thousand rows", async () => {
    const { connect } = await serve();
    const client = await connect("/query");
    client.send({ type: "query", id: "q1", sql: "select * from range(25000)", batchRows: 1_000 });
    const progress = (await client.upTo("completed")).filter(({ type }) => type === "progress");
    expect(progress).toMatchObject([{ rows: 10_000 }, { rows: 20_000 }]);
  });

  test("with wide rows comes in more batches, each of a bounded size", async () => {
    const { connect } = await serve();
    const client = await connect("/query");
    const sql = "select repeat('x', 10000) as wide from range(20)";
    client.send({ type: "query", id: "q1", sql });
    const messages = await client.upTo("completed");
    expect(rowsOf(messages)).toHaveLength(20);
    expect(seqsOf(messages)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(Math.max(...client.received.map((text) => text.length))).toBeLessThan(40_000);
  });

  test("with a row that is larger than the outbox fails, and the connection goes on", async () => {
    const { connect } = await serve();
    const client = await connect("/query");
    client.send({ type: "query", id: "q1", sql: "select repeat('x', 2000000) as wide" });
    expect((await client.upTo("error")).at(-1)).toMatchObject({ id: "q1", code: "row-too-large" });
    expect(open).toBe(0);
    await goesOn(client);
  });

  test("runs beside others of the same connection", async () => {
    const { connect } = await serve();
    const client = await connect("/query");
    for (const id of ["a", "b", "c", "d"]) {
      client.send({ type: "query", id, sql: "select * from flights limit 3000" });
    }
    const messages = [];
    for (let ended = 0; ended < 4; ended++) messages.push(...(await client.upTo("completed")));
    for (const id of ["a", "b", "c", "d"]) {
      const own = messages.filter((message) => message["id"] === id);
      expect(rowsOf(own)).toHaveLength(3_000);
      expect(seqsOf(own)).toEqual([0, 1, 2, 3, 4, 5]);
    }
  });
});

describe("bad input is answered by an error, and the connection goes on:", () => {
  test.each<[string, unknown, Json]>([
    ["not JSON", "{", { code: "bad-json" }],
    ["binary", new Uint8Array([1]), { code: "not-text" }],
    ["not an object", "[]", { code: "missing-field" }],
    ["null", "null", { code: "missing-field" }],
    ["no type", { id: "q1" }, { code: "missing-field", id: "q1" }],
    ["an unknown type", { type: "ask", id: "q1" }, { code: "unknown-type", id: "q1" }],
    ["a type of another kind", { type: ["query"] }, { code: "unknown-type" }],
    ["a type that every object has", { type: "toString" }, { code: "unknown-type" }],
    ["no sql", { type: "query", id: "q1" }, { code: "missing-field", message: "sql is missing" }],
    ["no id", { type: "query", sql: "select 1" }, { code: "missing-field" }],
    [
      "an id that is not text",
      { type: "query", id: 1, sql: "select 1" },
      { code: "bad-field", message: "id (1) must be string" },
    ],
    [
      "an id that is too long",
      { type: "query", id: "x".repeat(65), sql: "select 1" },
      { code: "bad-field" },
    ],
    [
      "rows in a batch out of range",
      { type: "query", id: "q1", sql: "select 1", batchRows: 0 },
      { code: "bad-field", message: "batchRows (0) must be a whole number from 1 to 10000" },
    ],
    [
      "a field that there is not",
      { type: "query", id: "q1", sql: "select 1", batchrows: 5 },
      { code: "bad-field", message: "batchrows is not a field" },
    ],
    ["a cancel of nothing", { type: "cancel", id: "q9" }, { code: "unknown-query", id: "q9" }],
    ["wrong SQL", { type: "query", id: "q1", sql: "selec 1" }, { code: "sql", id: "q1" }],
    [
      "a missing column",
      { type: "query", id: "q1", sql: "select nowhere from flights" },
      { code: "sql", id: "q1" },
    ],
    [
      "a file",
      { type: "query", id: "q1", sql: "select * from read_text('/etc/passwd')" },
      { code: "forbidden", id: "q1" },
    ],
    [
      "a copy",
      { type: "query", id: "q1", sql: "copy flights to '/tmp/x'" },
      { code: "not-a-select", id: "q1" },
    ],
    ["an attach", { type: "query", id: "q1", sql: "attach '/tmp/x'" }, { code: "not-a-select" }],
    ["an install", { type: "query", id: "q1", sql: "install httpfs" }, { code: "not-a-select" }],
    ["a setting", { type: "query", id: "q1", sql: "set threads = 9" }, { code: "not-a-select" }],
    [
      "two statements",
      { type: "query", id: "q1", sql: "select 1; select 2" },
      { code: "multiple-statements" },
    ],
  ])("%s", async (_, message, expected) => {
    const { connect } = await serve();
    const client = await connect("/query");
    client.send(message);
    expect(await client.next()).toMatchObject({
      type: "error",
      message: expect.any(String),
      ...expected,
    });
    await goesOn(client);
  });

  test("an id that is in use", async () => {
    const { connect } = await serve();
    const client = await connect("/query");
    client.pause();
    client.send({ type: "query", id: "q1", sql: endless });
    client.send({ type: "query", id: "q1", sql: "select 1" });
    client.send({ type: "cancel", id: "q1" });
    client.resume();
    const messages = await client.upTo("cancelled");
    expect(messages.filter(({ type }) => type === "error")).toMatchObject([
      { id: "q1", code: "duplicate-id" },
    ]);
    await goesOn(client);
  });

  test("one query too many", async () => {
    const { connect } = await serve();
    const client = await connect("/query");
    for (const id of ["a", "b", "c", "d", "e"]) client.send({ type: "query", id, sql: silent });
    const messages = await client.upTo("error");
    expect(messages.at(-1)).toMatchObject({ id: "e", code: "too-many-queries" });
  });

  test.each([
    ["a type", (deep: string) => `{"type":${deep}}`],
    ["an id", (deep: string) => `{"type":"query","sql":"select 1","id":${deep}}`],
    ["a field that there is not", (deep: string) => `{"type":"cancel","id":"a","x":${deep}}`],
    ["the whole", (deep: string) => deep],
  ])("%s that is nested deeper than the stack", async (_, message) => {
    const { connect } = await serve();
    const client = await connect("/query");
    for (const [left, right] of [
      ["[", "]"],
      ['{"a":', "}"],
    ] as const) {
      client.send(message(`${left.repeat(10_000)}1${right.repeat(10_000)}`));
      expect(await client.next()).toMatchObject({ type: "error", message: expect.any(String) });
    }
    await goesOn(client);
  });

  test("thousands at once, to a client that reads, are thousands of answers", async () => {
    const { connect } = await serve();
    const client = await connect("/query");
    const burst = 5_000;
    for (let count = 0; count < burst; count++) client.send("{");
    for (let count = 0; count < burst; count++) {
      expect(await client.next()).toMatchObject({ code: "bad-json" });
    }
    await goesOn(client);
  });

  test("a message above the limit of the server cuts the connection", async () => {
    const { connect } = await serve();
    const client = await connect("/query");
    client.send(`"${"x".repeat(70_000)}"`);
    expect((await client.closed).code).toBe(1006);
  });
});

describe("cancelling", () => {
  test.each([
    ["a query that streams", endless],
    ["a query that computes", silent],
  ])("%s ends it with its counts, and its id is free again", async (_, sql) => {
    const { connect } = await serve();
    const client = await connect("/query");
    client.send({ type: "query", id: "q1", sql });
    expect(await client.next()).toMatchObject({ type: "started" });
    client.send({ type: "cancel", id: "q1" });
    const messages = await client.upTo("cancelled");
    const rows = rowsOf(messages).length;
    expect(messages.at(-1)).toMatchObject({ id: "q1", rows, batches: seqsOf(messages).length });
    await until(() => open === 0);
    await goesOn(client);
  });
});

describe("a client that disappears", () => {
  test.each([
    ["while its query streams to it", endless, 2],
    ["while its query computes", silent, 1],
  ])("%s ends the query, and the database is free", async (_, sql, messages) => {
    const { server, connect } = await serve();
    const client = await connect("/query");
    client.send({ type: "query", id: "q1", sql });
    for (let count = 0; count < messages; count++) await client.next();
    client.terminate();
    await until(() => server.book.size === 0 && open === 0);
    const [closed] = server.book.closed();
    expect(closed && imbalance(closed)).toEqual({ messages: 0, bytes: 0 });
    await goesOn(await connect("/query"));
  });

  test("when it has not read for long ends the query too", async () => {
    const { server, connect } = await serve();
    const client = await connect("/query");
    client.pause();
    client.send({ type: "query", id: "q1", sql: endless });
    await until(() => server.book.open()[0]?.waiting.messages === 1);
    client.terminate();
    await until(() => server.book.size === 0 && open === 0);
  });
});

describe("a slow client", () => {
  test("is asked for by nobody: no rows are computed while others wait to be sent", async () => {
    let asked = 0;
    const text = JSON.stringify({ type: "batch", rows: [["x".repeat(50_000)]] });
    const scripted: QuerySource = {
      stream: async () => ({
        columns: [],
        next: async () => {
          asked++;
          return [{ text, rows: 1 }];
        },
        close: async () => {},
      }),
    };
    const { server, connect } = await running({ database: scripted });
    const client = await connect("/query");
    client.pause();
    client.send({ type: "query", id: "q1", sql: "select 1" });
    await until(() => server.book.open()[0]?.waiting.messages === 1);
    // All but `started` and what is being waited with is a batch: none has come that is not among them.
    const [held] = server.book.open();
    expect(asked).toBe((held?.offered.messages ?? 0) - 1);
  });

  test("gets every row once and in order, and the server holds back", async () => {
    const { server, connect } = await serve();
    const client = await connect("/query");
    const sql = "select range, repeat('x', 1000) from range(20000)";
    client.pause();
    client.send({ type: "query", id: "q1", sql });
    await until(() => server.book.open()[0]?.waiting.messages === 1);
    const [held] = server.book.open();
    expect(held?.buffered.bytes).toBeLessThanOrEqual(1_048_576);
    client.resume();
    const messages = await client.upTo("completed");
    expect(messages.at(-1)).toMatchObject({ rows: 20_000 });
    let next = 0;
    for (const row of rowsOf(messages)) if ((row as [number])[0] === next) next++;
    expect(next).toBe(20_000);
    expect(seqsOf(messages).every((seq, index) => seq === index)).toBe(true);
    const [after] = server.book.open();
    expect(total(after?.dropped ?? {}).messages).toBe(0);
    expect(total(after?.rejected ?? {}).messages).toBe(0);
  });

  test("that sends nonsense and never reads leaves a bounded queue of answers, and hears how many it has missed", async () => {
    const { server, connect } = await serve();
    const client = await connect("/query");
    client.pause();
    client.send({ type: "query", id: "q1", sql: endless });
    await until(() => server.book.open()[0]?.waiting.messages === 1);
    // Far more than the queue: a kernel may find room for some while its client reads nothing.
    const asked = 4 * maxAnswers;
    for (let count = 0; count < asked; count++) client.send("{");
    client.send({ type: "cancel", id: "q1" });
    await until(() => open === 0);
    // The query's last message and one answer: the others wait outside of the connection.
    expect(server.book.open()[0]?.waiting.messages).toBeLessThanOrEqual(2);
    client.resume();
    let answered = 0;
    let omitted = 0;
    // A notice stands where answers were left out, so there may be several.
    while (answered + omitted < asked) {
      for (const { code, message } of await client.upTo("error")) {
        if (code === "bad-json") answered++;
        if (code === "too-many-messages") omitted += Number(String(message).split(" ")[0]);
      }
    }
    expect(answered + omitted).toBe(asked);
    expect(omitted).toBeGreaterThan(0);
    await goesOn(client);
  });
});

describe("when the server stops", () => {
  test("queries end, what was taken is delivered, connections close, and nobody new is taken", async () => {
    const { server, connect } = await serve();
    const client = await connect("/query");
    client.pause();
    client.send({ type: "query", id: "q1", sql: endless });
    await until(() => server.book.open()[0]?.waiting.messages === 1);
    const stopping = server.drain();
    client.resume();
    await stopping;
    expect(await client.closed).toEqual({ code: 1001, reason: "server stopping" });
    await until(() => open === 0);
    const [closed] = server.book.closed();
    expect(closed).toMatchObject({ closed: { by: "close" }, dropped: { closed: { messages: 0 } } });
    expect(closed?.delivered.messages).toBe(client.received.length);
    await expect(connect("/query")).rejects.toThrow("ECONNREFUSED");
  });
});

async function goesOn(client: Client): Promise<void> {
  client.send({ type: "query", id: "q1", sql: "select 42 as answer" });
  expect(rowsOf(await client.upTo("completed"))).toEqual([[42]]);
}
