/** How the past of an ordered channel is read from its stream: in pages that are bounded, each of which is read once. */
import { headers } from "@nats-io/transport-node";
import { expect, test } from "vitest";
import { Delivered } from "../src/ordered/Delivered.js";
import type { Stored, Stream } from "../src/ordered/Stream.js";
import { StreamPast } from "../src/ordered/StreamPast.js";

/** A stream with every third message of one channel; it notes how much it is asked for. */
function streamOf(messages: number, bytes: number) {
  const asked: Array<number> = [];
  const all = Array.from({ length: messages }, (_, at) => {
    const all = headers();
    all.set("Sluice-Position", `${at + 1}`);
    return { seq: 3 * at + 2, headers: all, data: new Uint8Array(bytes) };
  });
  const stored = (one: (typeof all)[number] | undefined): Stored | undefined =>
    one && { seq: one.seq, position: (one.seq + 1) / 3, stamp: undefined, data: one.data };
  const stream = {
    epoch: "e",
    last: async () => stored(all.at(-1)),
    from: async (_: string, seq: number) => stored(all.find((one) => one.seq >= seq)),
    consumer: async (_: string, seq: number) => ({
      fetch: async ({ max_messages }: { max_messages: number }) => {
        asked.push(max_messages);
        return all.filter((one) => one.seq >= seq).slice(0, max_messages);
      },
      delete: async () => {},
    }),
  };
  const delivered = new Delivered();
  delivered.begin("e");
  delivered.set("orders", messages);
  const past = new StreamPast("orders", "orders", delivered);
  past.stream = stream as unknown as Stream;
  return { past, asked };
}

test("R40 · a page has no more bytes than it may, and serves all who read from it", async () => {
  const { past, asked } = streamOf(100, 100_000);
  const limits = { maxMessages: 10, maxBytes: 64_000 };
  const had: Array<number> = [];
  for (let after = 0; after < 100; after = had.at(-1) ?? 100) {
    const [mine, other] = await Promise.all([past.read(after, limits), past.read(after, limits)]);
    expect(mine).toEqual(other);
    expect(mine).toHaveLength(1);
    had.push(...mine.map(({ position }) => position));
  }
  expect(had).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
  expect(asked).toEqual(Array(20).fill(5));
});

test("R40 · a page of small messages is bounded in them, and read by as many as fit", async () => {
  const { past, asked } = streamOf(1_000, 10);
  const limits = { maxMessages: 100, maxBytes: 64_000 };
  const had: Array<number> = [];
  while (had.length < 1_000) {
    const read = await past.read(had.length, limits);
    expect(read.length).toBeLessThanOrEqual(100);
    had.push(...read.map(({ position }) => position));
  }
  expect(had).toEqual(Array.from({ length: 1_000 }, (_, at) => at + 1));
  expect(Math.max(...asked)).toBe(256);
  expect(asked).toHaveLength(4);
});
