/** The demonstrations: `sluice demo`. */
import { scenarios } from "./scenarios.js";

/** Plays the six scenarios and prints what they show; 1 if any of it is not so, else 0. */
export async function runDemonstrations(
  print: (line: string) => void = console.log,
): Promise<number> {
  let failures = 0;
  for (const [index, { title, play }] of scenarios.entries()) {
    print(`${index + 1}. ${title}`);
    for (const { text, holds } of await play()) {
      print(`   ${holds ? "ok     " : "FAILED "} ${text}`);
      if (!holds) failures++;
    }
  }
  print(failures === 0 ? "all of it holds" : `${failures} of it does not hold`);
  return failures === 0 ? 0 : 1;
}
