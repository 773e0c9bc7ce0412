/** The way in user space hands everything on in order, whatever its manners, and nothing when it is dead. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Detour } from "../src/net/Detour.js";
import type { Manner } from "../src/net/Link.js";

let server: Server;
let detour: Detour;
let accepted: Promise<Socket>;

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  accepted = once(server, "connection").then(([socket]) => socket);
  detour = await Detour.open((server.address() as AddressInfo).port);
});

afterEach(() => {
  detour.close();
  server.close();
});

async function pair(): Promise<{ near: Socket; far: Socket }> {
  const near = connect({ host: "127.0.0.1", port: detour.port });
  near.on("error", () => {});
  const far = await accepted;
  far.on("error", () => {});
  return { near, far };
}

async function all(socket: Socket): Promise<Buffer> {
  const chunks: Array<Buffer> = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at % 253));

test.each<[string, Manner]>([
  ["with nothing between", {}],
  ["with a delay and a jitter", { delayMillis: 5, jitterMillis: 20 }],
  ["at a rate", { bytesPerSecond: 1_000_000 }],
  ["with losses", { loss: { share: 0.5, millis: 20 } }],
])("everything comes in order %s, both ways, and the end behind it", async (_, manner) => {
  const { near, far } = await pair();
  detour.manner = manner;
  near.end(bytes);
  far.end(bytes);
  const [there, back] = await Promise.all([all(far), all(near)]);
  expect(there.equals(bytes)).toBe(true);
  expect(back.equals(bytes)).toBe(true);
});

test("a dead way hands on neither bytes nor ends, and keeps both sides open", async () => {
  const { near, far } = await pair();
  near.write("before");
  await once(far, "data");
  detour.manner = { isDead: true };
  let heard = "";
  far.on("data", (chunk) => {
    heard += chunk;
  });
  far.on("end", () => {
    heard += "end";
  });
  near.end("after");
  await once(near, "finish");
  near.destroy();
  await once(near, "close");
  // Another connection still comes through as far as the detour: the turn of the loop has seen what there was.
  await once(connect({ host: "127.0.0.1", port: detour.port }), "connect");
  expect(heard).toBe("");
  expect(far.destroyed).toBe(false);
});

test("a reset comes as a reset", async () => {
  const { near, far } = await pair();
  near.write("before");
  await once(far, "data");
  const failed = once(far, "error");
  near.resetAndDestroy();
  const [error] = await failed;
  expect(error).toMatchObject({ code: "ECONNRESET" });
});
