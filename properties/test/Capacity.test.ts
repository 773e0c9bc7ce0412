/** R29: what more capacity does, and does not. */
import { outbox, play, type Trace } from "@sluice/properties";
import { expect, test } from "vitest";

test("R29 · it is about messages of one size: a large one that now fits can cost several small ones", async () => {
  const trace: Trace = [
    { op: "offer", bytes: 4 },
    { op: "offer", bytes: 1 },
    { op: "offer", bytes: 1 },
  ];
  const losses = async (maxBytes: number) => {
    const options = { overflow: "drop-newest", maxMessages: 9, maxBytes } as const;
    const { entries } = await play(outbox, options, trace);
    return entries.filter((entry) => entry.kind === "answered" && entry.result._tag === "Rejected");
  };
  expect(await losses(3)).toHaveLength(1);
  expect(await losses(4)).toHaveLength(2);
});
