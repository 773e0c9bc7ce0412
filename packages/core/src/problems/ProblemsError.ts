/** An error that is a list of problems, and a tag by which programs tell it from others. */
import { describeProblem, type Problem } from "./Problem.js";
import { speaks, spoken } from "./Spoken.js";

/** Its message has a line for each problem. */
export abstract class ProblemsError<Tag extends string> extends Error {
  readonly _tag: Tag;
  readonly problems: ReadonlyArray<Problem>;

  /** `whole` is what a problem without a field is with. */
  constructor(tag: Tag, problems: ReadonlyArray<Problem>, whole: string) {
    super(problems.map((problem) => describeProblem(problem, whole)).join("\n"));
    this._tag = tag;
    this.problems = problems;
    Object.defineProperty(this, "name", { value: tag, configurable: true });
    // What stands above the stack was written before it had that name.
    if (this.stack !== undefined) this.stack = this.stack.replace(/^Error/, tag);
  }

  /** For `JSON.stringify`: an error's own message is not enumerable. */
  toJSON(): object {
    const { _tag, message, problems } = this;
    return { _tag, message, problems };
  }

  [speaks](): string {
    return spoken(this);
  }
}
