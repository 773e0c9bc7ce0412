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

test("those of several threads are one: what is counted is summed, and the worst are the worst of all", () => {
  const parts = [new Glance(2, { connections: 1, delivered: 5 }), new Glance(2), new Glance(2)];
  parts[0]?.add(report("first", "normal"));
  for (const tenths of [1, 9, 3, 7, 5]) parts[1]?.add(report(`${tenths}`, "dropping", tenths / 10));
  for (const tenths of [2, 8, 4, 6]) parts[2]?.add(report(`${tenths}`, "paused", tenths / 10));
  // As it comes from another thread.
  const glance = Glance.together(2, structuredClone(parts));
  expect(ids(glance.first)).toEqual(["first", "1"]);
  expect(ids(glance.worst)).toEqual(["9", "8", "7", "6", "5", "4", "3", "2"]);
  const gone = { connections: 1, delivered: 5 };
  expect(glance).toMatchObject({ count: 10, delivered: 10, troubled: 9, gone });
  expect(glance.states).toEqual(["1 normal", "4 paused", "5 dropping"]);
});
