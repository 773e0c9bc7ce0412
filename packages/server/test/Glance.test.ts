import { expect, test } from "vitest";
import type { ConnectionReport } from "../src/ConnectionBook.js";
import { Glance } from "../src/Glance.js";

const report = (id: string, state: string, recent = 0, fill = 0) =>
  ({ id, state, fill, dropRate: { recent }, delivered: { messages: 1 } }) as ConnectionReport;

const ids = (reports: ReadonlyArray<ConnectionReport>) => reports.map(({ id }) => id);

test("the first are kept, and of those in trouble the worst, by what they lose and then by their fill", () => {
  const glance = new Glance(2);
  glance.add(report("well", "normal"));
  glance.add(report("left", "closed"));
  for (const tenths of [3, 1, 9, 5, 7, 2, 8, 4, 6]) {
    glance.add(report(`loses ${tenths}`, "dropping", tenths / 10));
  }
  glance.add(report("full", "throttled", 0.5, 1));
  expect(ids(glance.first)).toEqual(["well", "loses 3"]);
  expect(ids(glance.worst)).toEqual([
    ...["loses 9", "loses 8", "loses 7", "loses 6"],
    ...["full", "loses 5", "loses 4", "loses 3"],
  ]);
  expect(glance).toMatchObject({ count: 11, delivered: 12, troubled: 10 });
  expect(glance.states).toEqual(["1 normal", "1 throttled", "9 dropping"]);
});
