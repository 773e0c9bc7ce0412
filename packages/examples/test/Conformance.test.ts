import { configuration } from "@sluice/core";
import { diagnose, outbox } from "@sluice/properties";
import { testConformance } from "@sluice/properties/vitest";
import { expect, test } from "vitest";

const own = { maxMessages: 100, overflow: "block", blockTimeoutMillis: 2_000 } as const;
testConformance(outbox, { configuration: own, budget: { runs: 200 } });
test("it neither flaps nor sticks", () => {
  expect(diagnose(configuration(own))).toMatchObject({ flaps: undefined, sticks: undefined });
});
