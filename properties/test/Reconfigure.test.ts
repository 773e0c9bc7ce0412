/** Limits that change while messages come and go. */
import { expect, test } from "vitest";
import { reconfiguring } from "../verify/reconfigure.js";

test("R48 · a change of limits loses nothing, what is held grows no further than the limits or what was held then, and the state is by the new marks", () => {
  expect(reconfiguring()).toBeUndefined();
});
