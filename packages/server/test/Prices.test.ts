/** The demonstration of keys: whoever reads, however slowly, has the true last value of each in the end. */
import { expect, test } from "vitest";
import { type PriceRow, runPrices } from "../src/prices/prices.js";

const small = { forMillis: 700, updatesPerSecond: 4_000, symbols: 40 };

test("a fast, a slow and a stalled client have the true last book of every symbol", async () => {
  const lines: Array<string> = [];
  const code = await runPrices({ ...small, json: true, print: (line) => lines.push(line) });
  const { holds, clients } = JSON.parse(lines.join("\n")) as {
    readonly holds: boolean;
    readonly clients: ReadonlyArray<PriceRow>;
  };
  expect([code, holds]).toEqual([0, true]);
  expect(clients.map(({ client }) => client)).toEqual(["fast", "slow", "stalled"]);
  for (const { updates, delivered, conflated, lost, right } of clients) {
    expect(updates).toBe(2_800);
    expect(delivered + conflated).toBe(updates);
    expect([lost, right]).toEqual([0, 40]);
  }
});

test("in words it is a line for each client", async () => {
  const lines: Array<string> = [];
  expect(await runPrices({ ...small, print: (line) => lines.push(line) })).toBe(0);
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(
    /^client +updates +delivered +conflated +lost +last values +median age$/,
  );
  expect(lines[3]).toMatch(/^stalled +2800 .* 40 of 40 true/);
});
