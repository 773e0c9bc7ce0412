/** `sluice check`: a configuration validated, exhausted at a small capacity, and tried at its own. */
import { Progress } from "../Progress.js";
import { problemAsData, readConfiguration, type StandardInput } from "./ConfigurationFile.js";
import { type Effort, examine, type Outcome } from "./Examination.js";
import { examinationData } from "./examinationData.js";
import { examinationLines } from "./examinationLines.js";

/** What the answers are for a script. */
export const exitCodes = {
  safe: 0,
  wrong: 1,
  undecided: 1,
  dangerous: 3,
} as const satisfies Record<Outcome, number>;

export interface CheckOptions extends Pick<Effort, "runs"> {
  /** One JSON document in place of lines. */
  readonly json?: boolean | undefined;
  /** What a path that is `-` stands for. */
  readonly input: StandardInput;
  /** Writes one line. */
  readonly print: (line: string) => void;
  readonly progress?: Effort["progress"];
}

/** Reads, checks and reports; returns the exit code. Throws nothing that the file could be the cause of. */
export async function check(path: string, options: CheckOptions): Promise<number> {
  const { runs, json = false, input, print, progress = () => {} } = options;
  const say = (lines: ReadonlyArray<string>, data: object) => {
    if (json) print(JSON.stringify(data, undefined, 2));
    else for (const line of lines) print(line);
  };
  const file = await readConfiguration(path, input);
  if (file._tag === "Wrong") {
    const { what, lines, problems } = file;
    const name = path === "-" ? "standard input" : path;
    say([`${name} ${what}:`, ...lines.map((line) => `  ${line}`), "wrong"], {
      verdict: "wrong",
      error: `${name} ${what}`,
      lines,
      problems: problems.map(problemAsData),
    });
    return exitCodes.wrong;
  }
  const examination = await examine(file, { runs, progress });
  say(examinationLines(examination), examinationData(examination));
  return exitCodes[examination.outcome];
}

/** The same with this process's input and outputs. A reader that goes away changes nothing: a script wants the answer. */
export async function checkHere(
  path: string,
  options: Pick<CheckOptions, "runs" | "json">,
): Promise<number> {
  const progress = new Progress("checking", process.stderr);
  const print = (line: string) => {
    progress.end();
    console.log(line);
  };
  try {
    const at = (share: number) => progress.at(share);
    return await check(path, { ...options, input: process.stdin, print, progress: at });
  } finally {
    progress.end();
  }
}
