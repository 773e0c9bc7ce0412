/** Every check of the kit, in the order of the rules: each law on the transitions of a run, and those of whole runs. */
import * as agreement from "./histories/agreement.js";
import * as interference from "./histories/interference.js";
import * as liveness from "./histories/liveness.js";
import * as metamorphic from "./histories/metamorphic.js";
import * as trace from "./histories/trace.js";
import { laws } from "./laws/index.js";
import type { Law } from "./laws/Law.js";
import { transitions } from "./laws/transitions.js";
import { type Check, inHistory } from "./Rule.js";

const ofHistories = [trace, liveness, metamorphic, interference, agreement].flatMap(
  (group) => Object.values(group) as ReadonlyArray<Check>,
);

const numberOf = ({ rule }: Check) => Number(rule.slice(1));

export const checks: ReadonlyArray<Check> = [...laws.map(checkOf), ...ofHistories].sort(
  (a, b) => numberOf(a) - numberOf(b),
);

/** A law as a check: it judges each transition of a random run. */
function checkOf({ check, ...scope }: Law): Check {
  return {
    ...scope,
    judge: inHistory(function* (history) {
      for (const { transition, at } of transitions(history)) {
        const verdict = check(transition);
        if (verdict !== true && verdict !== undefined) yield { entry: at, ...verdict };
      }
    }),
  };
}
