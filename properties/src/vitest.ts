/** The conformance kit as a vitest suite. */
import { describe, test } from "vitest";
import { type ConformanceOptions, cases } from "./conformance/conform.js";
import { inWords } from "./conformance/Verdict.js";
import type { Subject } from "./System.js";

/**
 * Declares a suite with a test for each check: a rule that is broken fails with its timeline, one that says
 * nothing about the subject is skipped with the reason.
 *
 * @throws {ConfigurationError} when the given configuration is not valid.
 */
export function testConformance(subject: Subject, options: ConformanceOptions = {}): void {
  describe(subject.name, () => {
    for (const { title, skipped, run } of cases(subject, options)) {
      // What is tried has a budget; this is for what never ends on cores that others keep busy.
      test(title, { timeout: 600_000 }, async ({ skip }) => {
        if (skipped !== undefined) skip(skipped);
        const verdict = await run();
        if (verdict.outcome !== "kept") throw new Error(inWords(verdict));
      });
    }
  });
}
