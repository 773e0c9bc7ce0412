/** What a producer makes that does not await its sends: only what was taken or waits is kept of it. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { configuration } from "@sluice/core";
import { Actor, PlainConnection } from "@sluice/runtime";
import { ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Context } from "effect";
import { expect, test } from "vitest";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Large enough for each to be memory of its own. */
const messageBytes = 64 * 1024;

test("R3 · of messages that nobody waits for, those that were refused are not held", async () => {
  const sizeOf = (message: Uint8Array) => message.byteLength;
  const transport = new ScriptedTransport<Uint8Array>({ sizeOf, room: 0 });
  const settings = {
    overflow: "block",
    maxBytes: 4 * messageBytes,
    maxWaitingBytes: 8 * messageBytes,
  } as const;
  const actor = new Actor<Uint8Array>({
    transport,
    sizeOf,
    flusher: new ManualFlusher(),
    context: Context.empty(),
    configuration: configuration(settings),
  });
  const plain = new PlainConnection(actor);
  const made: Array<WeakRef<Uint8Array>> = [];
  const reasons = new Set<string>();
  const sends: Array<Promise<unknown>> = [];
  // A function of its own: what its frame knows is gone when it has returned.
  const send = () => {
    const message = new Uint8Array(messageBytes);
    made.push(new WeakRef(message));
    sends.push(plain.send(message).catch(({ reason }) => reasons.add(reason)));
  };
  for (let count = 0; count < 1_000; count++) send();
  await expect.poll(() => reasons.size).toBe(1);
  // What was looked at in a turn lives until its end.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  const { buffered, waiting, rejected } = actor.outbox.stats();
  expect(rejected.waiters.messages).toBe(1_000 - buffered.messages - waiting.messages);
  expect(buffered.bytes).toBeLessThanOrEqual(settings.maxBytes);
  expect(waiting.bytes).toBe(settings.maxWaitingBytes);
  const held = made.filter((reference) => reference.deref() !== undefined);
  expect(held).toHaveLength(buffered.messages + waiting.messages);
  actor.disconnected();
  await Promise.all(sends);
});
