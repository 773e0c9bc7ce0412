/** The core and the client of gap notices run where there is no Node. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { total } from "@sluice/core";
import { Sluice } from "@sluice/ws";
import { expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import { bundled, noBrowser, pageOf } from "./Chromium.js";

const says = "reading 7, reading 8, reading 9, reading 10; 6 left out";
const script = await bundled({ file: "core/browser.ts" });

test("the browser's example runs in Node", () => {
  expect(execFileSync(process.execPath, ["-"], { input: script, encoding: "utf8" })).toBe(
    `${says}\n`,
  );
});

test.skipIf(noBrowser)("the browser's example runs in a browser", async () => {
  const { page, said } = await pageOf();
  await page.setContent(`<script>${script}</script>`);
  expect(said).toEqual([says]);
});

test.skipIf(noBrowser)("R43 · a page knows by notices alone what it lost", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => void server.close());
  const sluice = new Sluice({
    gaps: true,
    configuration: { maxMessages: 10, overflow: "drop-oldest" },
  });
  sluice.wrap(server);
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  const { page, said } = await pageOf();
  const arrived = once(server, "connection");
  await page.evaluate(
    await bundled({
      text: `
      import { accountOf } from "./client/account.ts";
      globalThis.account = accountOf(new WebSocket("ws://127.0.0.1:${port}"));
    `,
    }),
  );
  await arrived;
  const [connection] = [...sluice.connections];
  if (connection === undefined) throw new Error("no connection");
  const filler = "x".repeat(60_000);
  for (let number = 0; number < 500; number++) {
    for (const topic of ["a", "b"]) {
      connection.offer(JSON.stringify({ topic, filler }), { topic });
    }
  }
  await page.waitForFunction(`
    ["a", "b"].every((topic) => {
      const { had = 0, missing = 0 } = globalThis.account.get(topic) ?? {};
      return had + missing === 500;
    })
  `);
  const { dropped, rejected } = connection.stats();
  const lost = total({ ...dropped, ...rejected }).messages;
  expect(lost).toBeGreaterThan(0);
  const told = await page.evaluate(
    `[...globalThis.account.values()].reduce((sum, { missing }) => sum + missing, 0)`,
  );
  expect(told).toBe(lost);
  expect(said).toEqual([]);
});
