/** Clients that come back to a channel with a history. */
import { expect, test } from "vitest";
import { resuming } from "../verify/resume.js";

test("R40 · replayed and live are every position after the place once and in order, or one exact notice of what has gone", async () => {
  expect(await resuming()).toBeUndefined();
});
