/** `sluice top` at the reference server: what the one tells, the other understands. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { start } from "./CommandLine.js";
import { Database, running } from "./running.js";

// The database, and processes, start when the machine gets to it.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let database: Database;
beforeAll(async () => {
  database = await Database.open();
});
afterAll(() => database.close());

test("shows who is slow, what they lose and why", async () => {
  const { server, connect } = await running({ database, feedRate: 50_000 });
  (await connect("/feed?policy=drop-oldest&client=sleeper")).pause();
  await (await connect("/feed?client=reader")).next();
  const { stdout } = start("top", server.url);
  if (stdout === null) throw new Error("its output is not piped");
  let said = "";
  for await (const data of stdout) {
    said += data;
    if (/\| sleeper dropping 100 % full: disconnect: \d+ % of recent.*\n/.test(said)) break;
  }
  expect(said).toMatch(/^2 connections \(.*1 dropping.*\), [\d,]+ messages\/s, .* lost\/s \|/m);
});
