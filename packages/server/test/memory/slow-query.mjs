/**
 * `select * from flights limit 300000` to a client that reads 200 KB/s for ten seconds, and then fast: every
 * row once and in order, and the server's resident memory grows by less than 100 MB.
 *
 * Run it after `tsc -b`: node packages/server/test/memory/slow-query.mjs
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { WebSocket } from "ws";
import { Appetite } from "../../dist/clients/Appetite.js";
import { MeasuredServer } from "./MeasuredServer.mjs";

const sql = "select * from flights limit 300000";
const slowMillis = 10_000;

const server = await MeasuredServer.start();
const socket = new WebSocket(server.url("/query"), { perMessageDeflate: false });
const appetite = new Appetite(socket, 200_000);
const rows = [];
let bytes = 0;
let batches = 0;
let ended;
socket.on("message", (data) => {
  appetite.ate(data.length);
  bytes += data.length;
  const message = JSON.parse(data.toString());
  if (message.type === "batch") {
    assert.equal(message.seq, batches++);
    for (const row of message.rows) rows.push(row);
  } else if (message.type !== "started" && message.type !== "progress") ended = message;
});
await once(socket, "open");
const start = performance.now();
socket.send(JSON.stringify({ type: "query", id: "q1", sql }));
await new Promise((resolve) => setTimeout(resolve, slowMillis));
const slow = { bytes, rows: rows.length };
const [connection] = await server.connections();
appetite.devour();
while (ended === undefined) await once(socket, "message");
const millis = performance.now() - start;
socket.close();
await once(socket, "close");
const growth = server.growthMegabytes;
assert.equal(await server.stop(), 0);

assert.deepEqual({ type: ended.type, rows: ended.rows }, { type: "completed", rows: 300_000 });
const parquet = fileURLToPath(
  new URL("../../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url),
);
const duckdb = await (await DuckDBInstance.create()).connect();
const reader = await duckdb.runAndReadAll(
  `select strftime(date, '%Y-%m-%dT%H:%M:%S'), delay::int, distance::int, origin, destination from '${parquet}' limit 300000`,
);
assert.deepEqual(rows, reader.getRows());

console.log(
  `in ${slowMillis / 1000} s slowly: ${slow.rows} rows, ${(slow.bytes / 1e6).toFixed(1)} MB`,
);
console.log(`then: state ${connection.state}, fill ${connection.fill.toFixed(2)}`);
console.log(
  `in all: ${rows.length} rows once and in order, ${(bytes / 1e6).toFixed(1)} MB, ${(millis / 1000).toFixed(1)} s`,
);
console.log(
  `memory: ${server.startMegabytes.toFixed(0)} MB, and ${growth.toFixed(0)} MB more at the most`,
);
assert.ok(growth < 100, "resident memory must grow by less than 100 MB");
