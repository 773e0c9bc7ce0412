/** The kit tests itself: each of these implementations is wrong, and the rule that it breaks says so by name. */
import { cases, inWords, replay } from "@sluice/properties";
import { expect, test } from "vitest";
import { mutants } from "../verify/mutants.js";

test.each(mutants.map(({ rule, subject }) => [rule, subject.name, subject] as const))(
  "%s catches an implementation that %s",
  { timeout: 300_000 },
  async (rule, _, subject) => {
    const outcomes: Array<string> = [];
    for (const { check, run } of cases(subject, { budget: { runs: 300 } })) {
      if (check.rule !== rule) continue;
      const verdict = await run();
      outcomes.push(verdict.outcome);
      if (verdict.outcome !== "broken") continue;
      // What was shrunk and saved breaks the rule again, and by the same name.
      const again = replay(subject, verdict.counterexample);
      await expect(again).rejects.toThrow(new RegExp(`^${rule} · `));
      expect(inWords(verdict)).toContain("expected");
    }
    expect(outcomes).toContain("broken");
  },
);
