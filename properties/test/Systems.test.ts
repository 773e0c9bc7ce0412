/** Every system that the kit knows, under every rule that says something about it. */
import {
  actor,
  boundedQueue,
  cases,
  droppingQueue,
  inWords,
  outbox,
  replay,
  type Subject,
  sender,
  slidingQueue,
  type Trace,
} from "@sluice/properties";
import { testConformance } from "@sluice/properties/vitest";
import { afterAll, describe, expect, test } from "vitest";
import { denque } from "../verify/systems/denque.js";
import { closeServers, socket, wsSocket } from "../verify/systems/socket.js";

const budget = { runs: 50 };

afterAll(closeServers);

for (const subject of [outbox, sender, actor, socket, wsSocket]) {
  testConformance(subject, { budget });
}

// Strangers: each keeps what it promises, and that is not everything.
for (const subject of [slidingQueue, droppingQueue, denque]) testConformance(subject, { budget });
testBreaking(boundedQueue, "R6 · over the whole trace");

test("R6 · in Effect's bounded queue a producer that is let in passes those that have waited longer", async () => {
  const trace: Trace = [
    { op: "send", bytes: 0 },
    { op: "send", bytes: 0 },
    { op: "send", bytes: 0, onSettled: [{ op: "send", bytes: 0 }] },
    { op: "send", bytes: 0 },
    { op: "drain", count: 2 },
  ];
  const configuration = { maxMessages: 2, overflow: "block" } as const;
  const again = replay(boundedQueue, { name: "barging", rule: "R6", configuration, trace });
  await expect(again).rejects.toThrow(/expected +send after 4\n +found +send 3/);
  await replay(outbox, { name: "barging", rule: "R6", configuration, trace });
  await replay(actor, { name: "barging", rule: "R6", configuration, trace });
});

test.each([
  // What each of them has no answer to: the kit says so, and does not call it kept.
  [slidingQueue, ["R8", "R11"], "evictions"],
  [denque, ["R8", "R11"], "evictions"],
  [boundedQueue, ["R9", "R23"], "deadlines"],
  [boundedQueue, ["R4", "R24"], "statistics"],
  [droppingQueue, ["R17", "R20"], "close"],
])("of $name nothing is said under %s for want of %s", (subject, ids, capability) => {
  const skipped = cases(subject).filter(({ check, skipped }) => {
    return ids.includes(check.rule) && skipped?.includes(capability);
  });
  expect(new Set(skipped.map(({ check }) => check.rule))).toEqual(new Set(ids));
});

/** A stranger that is known to break one law: it breaks that, and no other. */
function testBreaking(subject: Subject, law: string): void {
  describe(subject.name, () => {
    for (const { title, skipped, run } of cases(subject, { budget: { runs: 300 } })) {
      const expected = title.startsWith(law) ? "broken" : "kept";
      test(`${title}: ${expected}`, async ({ skip }) => {
        if (skipped !== undefined) skip(skipped);
        const verdict = await run();
        if (verdict.outcome !== expected) throw new Error(inWords(verdict));
      });
    }
  });
}
