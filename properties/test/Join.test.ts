/** A client that joins a channel with snapshots. */
import { expect, test } from "vitest";
import { joining } from "../verify/join.js";

test("R47 · a snapshot is whole and in order, then all that was published since its cut, each once, and the source is asked only while there is room", async () => {
  expect(await joining()).toBeUndefined();
});
