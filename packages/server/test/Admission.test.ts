import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { running } from "./running.js";

const database = { stream: () => Promise.reject(new Error("there is no engine")) };

const authorization = "Bearer token-of-the-test";

describe("who is let in", () => {
  test("by default is everyone who is no page of another origin", async () => {
    const { connect, refusal } = await running({ database });
    await connect("/query");
    await connect("/feed");
    expect(await refusal("/feed", { origin: "https://evil.example" })).toMatchObject({
      status: 403,
    });
  });

  test("is limited for both paths together", async () => {
    const { connect, refusal } = await running({ database, admission: { maxPerAddress: 1 } });
    await connect("/query");
    const { status, body } = await refusal("/feed");
    expect([status, body["code"]]).toEqual([429, "too-many-of-address"]);
  });

  test("needs the token, if there is one; health does not", async () => {
    const admission = { token: "token-of-the-test" };
    const { connect, refusal, request } = await running({ database, admission });
    for (const path of ["/query", "/feed"]) {
      expect(await refusal(path)).toMatchObject({ status: 401, body: { code: "unauthorized" } });
      await connect(path, { authorization });
    }
    expect((await request("/healthz")).status).toBe(200);
  });
});

describe("no answer tells of the server", () => {
  test.each([
    ["GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"],
    ["POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"],
    ["GET /query HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"],
    ["GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"],
    ["NONSENSE\r\n\r\n"],
    ["GET / HTTP/9.9\r\n\r\n"],
  ])("%j", async (request) => {
    const { server } = await running({ database });
    const socket = connect(server.port, "127.0.0.1");
    socket.end(request);
    const answer = await text(socket).catch(() => "");
    expect(answer).not.toMatch(tells);
  });

  test("nor does what a query is told when the server fails", async () => {
    const { connect } = await running({ database });
    const client = await connect("/query");
    client.send({ type: "query", id: "q1", sql: "select 1" });
    expect(await client.closed).toEqual({ code: 1011, reason: "internal error" });
    expect(client.received.join()).not.toMatch(tells);
  });
});

/** A stack trace, a path of this machine, a version of something. */
const tells =
  / {4}at |node_modules|\.[jt]s:\d|file:\/\/|^uWebSockets: ?\d|node\/?v?\d+\.\d|duckdb.*\d\.\d/im;
