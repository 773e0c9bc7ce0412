/** What EVIDENCE counts is what there is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checks, rules } from "@sluice/properties";
import { expect, test } from "vitest";
import { faults } from "../verify/faults.js";
import { mutants } from "../verify/mutants.js";
import { root } from "./Documents.js";

const page = readFileSync(join(root, "docs", "EVIDENCE.md"), "utf8").replaceAll(/\s+/g, " ");

test("EVIDENCE counts the rules, the checks, the wrong implementations and the faults", () => {
  expect(page).toContain(`[${rules.length} numbered rules]`);
  expect(page).toContain(`${checks.length} checks run on traces`);
  expect(page).toContain(`${mutants.length} wrong implementations must be found`);
  expect(page).toContain(`So must ${faults.length} faults`);
});
