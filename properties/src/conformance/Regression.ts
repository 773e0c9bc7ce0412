/**
 * Counterexamples that were found and shrunk, as plain JSON, one file each: they are replayed on every run,
 * whatever the generators make. Seeds die when a generator changes, these do not.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type ConfigurationOptions,
  configuration,
  describeProblem,
  problemsOf,
} from "@sluice/core";
import { Data, Result, Schema, SchemaIssue } from "effect";
import { Trace } from "../Operation.js";

export interface Regression {
  /** What went wrong, in words. */
  readonly name: string;
  /** The rule that was broken, such as `R8`. */
  readonly rule: string;
  readonly configuration: ConfigurationOptions;
  readonly trace: Trace;
}

/** A file of the corpus that cannot be replayed. */
export class RegressionError extends Data.TaggedError("RegressionError")<{
  readonly file: string;
  readonly rule: string;
}> {
  override get message(): string {
    return `${this.file}: ${this.rule}`;
  }
}

/**
 * The regressions of a folder, in the order of their names; none if there is no such folder.
 *
 * @throws {RegressionError} naming the file and what is wrong with it.
 */
export function readCorpus(folder: string): ReadonlyArray<Regression> {
  let files: ReadonlyArray<string>;
  try {
    files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  } catch {
    return [];
  }
  return [...files].sort().map((file) => read(join(folder, file)));
}

/** Adds a regression to a folder; returns the path of its file. */
export function addToCorpus(folder: string, regression: Regression): string {
  mkdirSync(folder, { recursive: true });
  const name = `${regression.rule} ${regression.name}`.replaceAll(/[^\p{L}\p{N}]+/gu, "-");
  const path = join(folder, `${name.slice(0, 80)}.json`);
  writeFileSync(path, `${JSON.stringify(regression, null, 2)}\n`);
  return path;
}

const Shape = Schema.Struct({
  name: Schema.String,
  rule: Schema.String,
  configuration: Schema.Record(Schema.String, Schema.Unknown),
  trace: Trace,
});

function read(file: string): Regression {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new RegressionError({ file, rule: (error as Error).message });
  }
  const decoded = decode(data);
  if (Result.isFailure(decoded)) {
    const problems = problemsOf(format(decoded.failure.issue).issues, data);
    const rule = problems.map((problem) => describeProblem(problem, "regression")).join("\n");
    throw new RegressionError({ file, rule });
  }
  try {
    configuration(decoded.success.configuration);
  } catch (error) {
    throw new RegressionError({ file, rule: (error as Error).message });
  }
  return decoded.success;
}

const format = SchemaIssue.makeFormatterStandardSchemaV1();
const decode = Schema.decodeUnknownResult(Shape, { errors: "all" });
