/** What is wrong with data from outside: the field, its value and the rule it breaks, for a person to read. */
import { Formatter, SchemaIssue } from "effect";

/** One thing wrong. A field inside others is a path: `buffered.3.bytes`. */
export interface Problem {
  readonly field: string;
  readonly value: unknown;
  readonly rule: string;
}

/** `pauseAt (0.6) must exceed throttleAt (0.7)`; `whole` is what a problem without a field is with. */
export function describeProblem({ field, value, rule }: Problem, whole: string): string {
  return `${field === "" ? whole : field} (${Formatter.format(value)}) ${rule}`;
}

/** The problems that a schema has found with `data`. A path that `isKnown` denies is no option. */
export function problemsOf(
  issue: SchemaIssue.Issue,
  data: unknown,
  isKnown: (field: string) => boolean,
): ReadonlyArray<Problem> {
  return format(issue).issues.map(({ path = [], message }) => {
    const field = path.map(String).join(".");
    const rule =
      field === "" || isKnown(field) ? message.replace("Expected", "must be") : "is not an option";
    return { field, value: valueAt(data, path), rule };
  });
}

const format = SchemaIssue.makeFormatterStandardSchemaV1();

function valueAt(data: unknown, path: ReadonlyArray<unknown>): unknown {
  let value = data;
  for (const key of path) value = (value as Record<string, unknown> | undefined)?.[String(key)];
  return value;
}
