/** Traces that broke something once. */
import {
  bounded,
  boundedWaiters,
  conservation,
  conservationOfBytes,
  countersGrow,
  delayIsBounded,
  ending,
  oneFate,
  order,
  outboxSystem,
  play,
  regressions,
  stateAgrees,
  statesAreEntered,
  violation,
} from "@sluice/properties";
import { expect, test } from "vitest";

const rules = [
  conservation,
  conservationOfBytes,
  bounded,
  boundedWaiters,
  oneFate,
  order,
  countersGrow,
  delayIsBounded,
  stateAgrees,
  statesAreEntered,
];

test.each(regressions)("the rules hold where once $name", ({ configuration, trace }) => {
  const history = play(outboxSystem, configuration, [...trace, ...ending]);
  expect(rules.map((rule) => violation(rule, history))).toEqual(rules.map(() => undefined));
});
