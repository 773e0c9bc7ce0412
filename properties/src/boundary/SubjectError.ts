/** A subject is looked at before anything is made of it: what is not one is refused, with every reason. */
import { overflowStrategies } from "@sluice/core";
import { Data } from "effect";
import { capabilities, type Subject } from "../System.js";
import { shown } from "./Lie.js";

/** A subject that is none. */
export class SubjectError extends Data.TaggedError("SubjectError")<{
  /** Each of them a sentence, with the value and the rule. */
  readonly problems: ReadonlyArray<string>;
}> {
  override get message(): string {
    return this.problems.join("\n");
  }
}

/** @throws {SubjectError} with everything that is wrong with it. */
export function expectSubject(subject: Subject): void {
  const problems = [...problemsOf(subject)];
  if (problems.length > 0) throw new SubjectError({ problems });
}

function* problemsOf(subject: unknown): Generator<string> {
  if (typeof subject !== "object" || subject === null) {
    yield `subject (${shown(subject)}) must be an object`;
    return;
  }
  const { name, make, ...lists } = subject as Partial<Subject>;
  if (typeof name !== "string") yield `name (${shown(name)}) must be a string`;
  if (typeof make !== "function") yield `make (${shown(make)}) must be a function`;
  yield* listProblems("capabilities", lists.capabilities, capabilities);
  yield* listProblems("strategies", lists.strategies, overflowStrategies);
  const claimed: ReadonlyArray<unknown> = Array.isArray(lists.capabilities)
    ? lists.capabilities
    : ["offer"];
  if (!claimed.includes("offer") && !claimed.includes("send")) {
    yield `capabilities (${claimed.join(", ")}) must have offer or send: nothing else takes a message`;
  }
}

function* listProblems(
  field: string,
  given: unknown,
  known: ReadonlyArray<string>,
): Generator<string> {
  if (!Array.isArray(given)) {
    yield `${field} (${shown(given)}) must be an array`;
    return;
  }
  if (given.length === 0) yield `${field} must not be empty`;
  for (const one of given) {
    if (!known.includes(one)) {
      yield `${field} has ${shown(one)}, which is not one of ${known.join(", ")}`;
    }
  }
}
