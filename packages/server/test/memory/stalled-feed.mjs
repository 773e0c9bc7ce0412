/**
 * 300 connections to `/feed` that never read, and one that does, for 15 s at full rate: the reader gets every
 * message, and the server's resident memory grows by less than 100 MB.
 *
 * Run it after `tsc -b`: node packages/server/test/memory/stalled-feed.mjs [policy] [stalled clients]
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { WebSocket } from "ws";
import { MeasuredServer } from "./MeasuredServer.mjs";

const policy = process.argv[2] ?? "drop-oldest";
const stalledClients = Number(process.argv[3] ?? 300);
const millis = 15_000;

const server = await MeasuredServer.start();
const connect = async (path) => {
  const socket = new WebSocket(server.url(path), { perMessageDeflate: false });
  await once(socket, "open");
  return socket;
};

const reader = await connect("/feed?client=reader");
let messages = 0;
let first;
let last;
reader.on("message", (data) => {
  const { seq } = JSON.parse(data.toString());
  first ??= seq;
  if (last !== undefined) assert.equal(seq, last + 1);
  last = seq;
  messages++;
});
const stalled = await Promise.all(
  Array.from({ length: stalledClients }, async () => {
    const socket = await connect(`/feed?policy=${policy}`);
    socket.pause();
    socket.on("error", () => {});
    return socket;
  }),
);
await new Promise((resolve) => setTimeout(resolve, millis));
const connections = await server.connections();
const own = connections.find(({ client }) => client === "reader");
const states = Object.groupBy?.(connections, ({ state }) => state) ?? {};
const growth = server.growthMegabytes;
for (const socket of stalled) socket.terminate();
const closed = once(reader, "close");
assert.equal(await server.stop(), 0);
const [code] = await closed;

console.log(`reader: ${messages} messages, ${first} to ${last} without a gap, close code ${code}`);
console.log(`rate: ${Math.round(own.offered.messages / (millis / 1000))} messages/s or so`);
const lost = connections.reduce((sum, { dropRate }) => sum + (dropRate.lifetime > 0 ? 1 : 0), 0);
console.log(
  `others: ${connections.length - 1} connected, ${lost} of them lost messages`,
  Object.keys(states),
);
console.log(
  `memory: ${server.startMegabytes.toFixed(0)} MB, and ${growth.toFixed(0)} MB more at the most`,
);
assert.equal(code, 1001);
assert.equal(messages, last - first + 1);
assert.equal(own.dropRate.lifetime, 0);
assert.ok(growth < 100, "resident memory must grow by less than 100 MB");
