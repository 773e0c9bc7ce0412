/** The ladder for slow clients, beside a model of when each rung had to act. */
import { expect, test } from "vitest";
import { climbing } from "../verify/ladder.js";

test("R39 · each rung cuts off neither before its time and grace nor after its bound, none that is off does, and the books are in order", async () => {
  expect(await climbing()).toBeUndefined();
});
