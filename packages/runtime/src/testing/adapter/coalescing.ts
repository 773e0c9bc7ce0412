/** Several messages in one frame: what a client takes apart is what was sent, in its order, and each is counted. */
import assert from "node:assert/strict";
import type { CoalesceOptions } from "../../adapter/Coalescer.js";
import { Frame } from "../../adapter/Frame.js";
import { type AdapterCase, caseOf } from "./AdapterCase.js";
import { balanced, type Pair, type Stage, until } from "./Stage.js";

const count = 300;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What a client has received, taken apart. */
type TakeApart = (frame: string | Buffer) => ReadonlyArray<string>;

const ways: ReadonlyArray<readonly [string, CoalesceOptions, TakeApart, isBinary: boolean]> = [
  ["lines", { as: "lines" }, (frame) => `${frame}`.split("\n"), false],
  ["JSON", { as: "json", patienceMillis: 5 }, (frame) => JSON.parse(`${frame}`), false],
  ["length-prefixed", { as: "length-prefixed", maxBytes: 500 }, prefixed, true],
  [
    "as a function likes",
    { as: (texts) => texts.join("|"), maxBytes: 64 },
    (frame) => `${frame}`.split("|"),
    false,
  ],
  [
    "as a function of bytes likes",
    { as: { binary: (all) => Buffer.concat(all.flatMap((one) => [one, Buffer.of(0)])) } },
    (frame) => `${frame}`.split("\0").filter((text) => text !== ""),
    true,
  ],
];

function prefixed(frame: string | Buffer): ReadonlyArray<string> {
  assert(frame instanceof Buffer);
  const found: Array<string> = [];
  for (let at = 0; at < frame.length; ) {
    const length = frame.readUInt32BE(at);
    found.push(frame.toString("utf8", at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}

async function all({ client }: Pair, takeApart: TakeApart, expected: ReadonlyArray<string>) {
  const taken = () => client.received.flatMap((frame) => takeApart(frame as string | Buffer));
  await until(() => taken().length >= expected.length, "all messages");
  assert.deepEqual(taken(), expected);
  assert(client.received.length < expected.length, `${client.received.length} frames`);
}

/** Messages by every way in: published, broadcast, offered and sent, some a turn. */
async function sent(stage: Stage, { connection }: Pair, isBinary: boolean) {
  connection.subscribe("a");
  // JSON too.
  const texts = Array.from({ length: count }, (_, at) => `"${at}é"`);
  for (const [at, text] of texts.entries()) {
    const message = isBinary ? Frame.binary(Buffer.from(text)) : text;
    if (at < 200) stage.sluice.publish("a", message);
    else if (at % 2 === 0) stage.sluice.broadcast(message);
    else connection.offer(isBinary ? Buffer.from(text) : text);
    if (at % 40 === 0) await turn();
  }
  return texts;
}

const failures: Array<unknown> = [];

export const coalescing: ReadonlyArray<AdapterCase> = [
  ...ways.map(([name, coalesce, takeApart, isBinary]) =>
    caseOf(
      `messages that are coalesced, ${name}, arrive in their order, and each is counted`,
      { options: { coalesce } },
      async (stage) => {
        const pair = await stage.pair();
        const texts = await sent(stage, pair, isBinary);
        const expected = name === "JSON" ? texts.map((text) => JSON.parse(text)) : texts;
        await all(pair, takeApart, expected);
        const { delivered } = balanced(pair.connection);
        const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
        assert.deepEqual(delivered, { messages: count, bytes });
        const { receipts } = pair.connection.stats();
        assert(receipts.acknowledged.messages <= count);
      },
    ),
  ),
  caseOf(
    "what cannot be coalesced goes as it is, in its place",
    { options: { coalesce: { as: "lines" } } },
    async (stage) => {
      const { client, connection } = await stage.pair();
      for (const message of ["a", "b", Buffer.from("c"), "d"]) connection.offer(message);
      await until(() => client.received.length === 3, "three frames");
      assert.deepEqual(client.received, ["a\nb", Buffer.from("c"), "d"]);
    },
  ),
  caseOf(
    "a function that cannot make one of several is reported, and each goes alone",
    {
      options: {
        coalesce: {
          as: () => {
            throw new Error("cannot");
          },
        },
        onError: (error) => void failures.push(error),
      },
    },
    async (stage) => {
      failures.length = 0;
      const { client, connection } = await stage.pair();
      connection.subscribe("a");
      for (const text of ["a", "b", "c"]) stage.sluice.publish("a", text);
      for (const text of ["d", "e"]) connection.offer(text);
      await until(() => client.received.length === 5, "five frames");
      assert.deepEqual(client.received, ["a", "b", "c", "d", "e"]);
      assert(failures.length > 0);
      balanced(connection);
    },
  ),
  caseOf(
    "a slow client loses messages, not frames, of what is coalesced",
    {
      options: {
        coalesce: { as: "lines" },
        configuration: { maxMessages: 20, windowBytes: 5_000 },
      },
    },
    async (stage) => {
      const pair = await stage.pair();
      const { connection, client } = pair;
      await until(() => connection.stats().receipts.status === "answered", "a first answer");
      client.pause();
      for (let at = 0; at < 400; at++) {
        connection.offer(`${at}`.padEnd(500, "."));
        if (at % 5 === 0) await turn();
      }
      const { delivered, dropped, rejected, buffered } = balanced(connection);
      assert.equal(buffered.messages, 20);
      assert(delivered.bytes <= 5_500);
      assert.equal(delivered.messages + dropped.evicted.messages + rejected.full.messages, 380);
      client.resume();
      await until(() => connection.stats().buffered.messages === 0, "an empty outbox");
      const taken = () => client.received.flatMap((frame) => `${frame}`.split("\n"));
      const all = connection.stats().delivered.messages;
      await until(() => taken().length === all, "what was delivered");
    },
  ),
];
