/** Messages with keys, lifetimes, topics and lanes, all at once, at a client that reads slowly. */
import { expect, test } from "vitest";
import { labelling } from "../verify/labels.js";

test("R43, R44, R45, R46 · a client of every label has what it must have, in its order, and an account of the rest", async () => {
  expect(await labelling()).toBeUndefined();
});
