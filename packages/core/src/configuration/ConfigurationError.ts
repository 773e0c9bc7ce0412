/** Options that are not what they should be, whatever they are options of. */
import type { Problem } from "../problems/Problem.js";
import { ProblemsError } from "../problems/ProblemsError.js";

/** One thing wrong with a configuration. */
export type ConfigurationProblem = Problem;

/** Every problem of a configuration at once: its message has a line for each. */
export class ConfigurationError extends ProblemsError<"ConfigurationError"> {
  /** `whole` is what a problem without a field is with; by default a connection's configuration. */
  constructor({
    problems,
    whole = "configuration",
  }: {
    readonly problems: ReadonlyArray<ConfigurationProblem>;
    readonly whole?: string;
  }) {
    super("ConfigurationError", problems, whole);
  }
}
