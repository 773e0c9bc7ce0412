/** The table that is written down is the one that XState fills. */
import { expect, test } from "vitest";
import { printed, tableOf } from "../src/tableOf.js";

test("the table is what XState says of the chart: -u writes it anew", async () => {
  await expect(printed(tableOf())).toMatchFileSnapshot("../src/table.ts");
});
