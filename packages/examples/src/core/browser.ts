import { configuration, Outbox } from "@sluice/core";

// Readings come faster than they are shown: a frame shows the newest, and what it left out is counted.
const outbox = new Outbox<string>({
  configuration: configuration({ maxMessages: 4, overflow: "drop-oldest" }),
  sizeOf: (text) => new TextEncoder().encode(text).length,
  now: () => performance.now(),
});
for (let reading = 1; reading <= 10; reading++) outbox.offer(`reading ${reading}`);

const shown: Array<string> = [];
for (let text = outbox.take(); text !== undefined; text = outbox.take()) shown.push(text);
console.log(`${shown.join(", ")}; ${outbox.stats().dropped.evicted.messages} left out`);
