/** The command line with the reference server, as one runs it: a process of its own. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { starter } from "../../cli/test/CommandLine.js";

/** Starts `sluice` with arguments; it is killed when the test has finished. */
export const start = starter(new URL("../dist/main.js", import.meta.url));

export { end, upToLine } from "../../cli/test/CommandLine.js";

/** What was said on standard error but for how far it is, which is told on a machine that is slow. */
export function complaints(err: string): string {
  return err.replaceAll(/^loading the flights: \d+ s so far\n/gm, "");
}

/** Resolves with everything said so far, once all of these have been said. */
export async function says(
  child: ChildProcess,
  ...patterns: ReadonlyArray<RegExp>
): Promise<string> {
  let said = "";
  const { stdout } = child;
  if (stdout === null) throw new Error("its output is not piped");
  while (!patterns.every((pattern) => pattern.test(said))) said += (await once(stdout, "data"))[0];
  return said;
}
