import { configuration, Outbox } from "@sluice/core";

const outbox = new Outbox<string>({
  configuration: configuration({ maxMessages: 2, overflow: "drop-oldest" }),
  sizeOf: (text) => Buffer.byteLength(text),
  now: () => performance.now(),
});
for (const text of ["a", "b", "c"]) outbox.offer(text);
outbox.take(); // => "b"
outbox.stats().dropped.evicted.messages; // => 1
