/** What is wrong with data from outside: the field, its value and the rule it breaks, for a person to read. */
import { shown } from "./Shown.js";

/** One thing wrong. A field inside others is a path: `buffered.3.bytes`. */
export interface Problem {
  readonly field: string;
  readonly value: unknown;
  readonly rule: string;
}

/** `pauseAt (0.6) must exceed throttleAt (0.7)`; `whole` is what a problem without a field is with. */
export function describeProblem({ field, value, rule }: Problem, whole: string): string {
  return `${field === "" ? whole : field} (${shown(value)}) ${rule}`;
}

/** The problem with a value that is above a limit, which `than` names. */
export function* atMost(
  field: string,
  value: number,
  than: string,
  limit: number,
): Generator<Problem> {
  if (value > limit) yield { field, value, rule: `must be at most ${than} (${limit})` };
}

/** An issue, as Standard Schema has it: schema libraries make them. */
export interface Issue {
  readonly message: string;
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}

/** The problems that a schema has found with `data`. A path that `isKnown` denies is no option. */
export function problemsOf(
  issues: ReadonlyArray<Issue>,
  data: unknown,
  isKnown: (field: string) => boolean = () => true,
): ReadonlyArray<Problem> {
  return issues.map(({ path = [], message }) => {
    const keys = path.map((step) => String(typeof step === "object" ? step.key : step));
    const field = keys.join(".");
    const isOption = field === "" || isKnown(field);
    const rule = isOption ? message.replace("Expected", "must be") : "is not an option";
    return { field, value: valueAt(data, keys), rule };
  });
}

function valueAt(data: unknown, keys: ReadonlyArray<string>): unknown {
  let value = data;
  for (const key of keys) value = (value as Record<string, unknown> | undefined)?.[key];
  return value;
}
