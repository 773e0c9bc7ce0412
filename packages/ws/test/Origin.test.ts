/** Pages of other origins are kept out, before the upgrade. */
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { refuseOrigin, Sluice, sameOrigin } from "@sluice/ws";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import { serve } from "./server.js";

/** Asks for an upgrade with some headers, and gives what is answered. */
async function asked(port: number, headers: ReadonlyArray<string>): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port });
  onTestFinished(() => void socket.destroy());
  const lines = [
    "GET / HTTP/1.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    ...headers,
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  const [data] = (await once(socket, "data")) as [Buffer];
  return data.toString();
}

const foreign = ["Host: a.example", "Origin: https://b.example"];

describe("sameOrigin", () => {
  test("lets its own pages pass, allowed ones, those behind a proxy, and programs", async () => {
    const verifyClient = sameOrigin({ allow: ["https://c.example"] });
    const { port } = await serve({}, { verifyClient });
    for (const headers of [
      ["Host: a.example", "Origin: https://a.example"],
      ["Host: a.example", "Origin: https://c.example"],
      ["Host: inner", "X-Forwarded-Host: a.example", "Origin: http://a.example"],
      ["Host: a.example"],
    ]) {
      expect(await asked(port, headers)).toMatch(/^HTTP\/1.1 101 /);
    }
  });

  test("refuses a foreign page, and one with two origins, with 403 and a structured error", async () => {
    const { port } = await serve({}, { verifyClient: sameOrigin() });
    const twice = ["Host: a.example", "Origin: https://a.example", "Origin: https://a.example"];
    for (const headers of [foreign, twice]) {
      const answer = await asked(port, headers);
      expect(answer).toMatch(/^HTTP\/1.1 403 /);
      expect(answer).toMatch(/content-type: application\/json\r\n/i);
      expect(answer).toContain('{"code":"foreign-origin","message":"origin (');
    }
  });

  test("asks your own check after it", async () => {
    const checked: Array<string> = [];
    const verifyClient = sameOrigin({}, ({ origin }, pass) => {
      checked.push(origin);
      pass(false, 401);
    });
    const { port } = await serve({}, { verifyClient });
    expect(await asked(port, ["Host: a.example", "Origin: https://a.example"])).toContain(" 401 ");
    expect(await asked(port, foreign)).toContain(" 403 ");
    expect(checked).toEqual(["https://a.example"]);
  });

  test("refuses options that are none", () => {
    expect(() => sameOrigin({ allow: ["example.org"] })).toThrow("must be an origin");
  });
});

test("refuseOrigin answers the request of a server without a server of its own", async () => {
  const sluice = new Sluice();
  sluice.wrap(new WebSocketServer({ noServer: true }));
  const http = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void http.close());
  http.on("upgrade", (request, stream) => refuseOrigin(stream, request));
  await once(http, "listening");
  const answer = await asked((http.address() as AddressInfo).port, foreign);
  expect(answer).toMatch(/^HTTP\/1.1 403 Forbidden\r\n/);
  expect(answer).toContain('"code":"foreign-origin"');
});
