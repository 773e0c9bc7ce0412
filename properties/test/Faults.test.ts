/** Each fault that is put into the compiled code has a place there, once: otherwise the list is out of date. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { faults } from "../verify/faults.js";
import { simulationFaults } from "../verify/simulationFaults.js";
import { root } from "./Documents.js";

test.each([...faults, ...simulationFaults])("$rule · $name", ({ file, find }) => {
  const places = readFileSync(join(root, file), "utf8").split(find).length - 1;
  expect(places, `places of ${JSON.stringify(find)} in ${file}`).toBe(1);
});
