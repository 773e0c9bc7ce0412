/** The commands that need no server of their own: `sluice check`, `sluice simulate`, `sluice top` and `sluice chart`. */
import { Option } from "commander";
import { duration, wholeNumber } from "./Arguments.js";
import { type ChartFormat, chartFormats } from "./ChartFormat.js";
import type { CommandLine } from "./CommandLine.js";
import { type TopSort, topSorts } from "./top/TopSort.js";

/** What a command does is loaded when it is needed: a wrong argument is answered at once. */
export function addCommands({ program, gone }: CommandLine): void {
  program
    .command("check")
    .argument("<config.json>", "the options of a connection, as JSON; - is standard input")
    .description("look for what a configuration breaks, and for what is dangerous in it")
    .addOption(
      new Option("--runs <n>", "random traces for each rule")
        .default(100)
        .argParser(wholeNumber(1, 1_000_000)),
    )
    .option("--json", "one JSON document, for a script")
    .addHelpText(
      "after",
      "\nExit code 0 is safe, 1 not valid or a broken rule, 2 a wrong argument, 3 dangerous.",
    )
    .action(async (path: string, options: { readonly runs: number; readonly json?: true }) => {
      const { checkHere } = await import("./check/check.js");
      process.exitCode = await checkHere(path, options);
    });

  program
    .command("top")
    .argument("<servers...>", "such as http://localhost:9001, localhost:9001 or 9001")
    .description("watch the connections of servers that run elsewhere")
    .addOption(
      new Option("--sort <by>", "what comes first").choices(topSorts).default("dropped" as const),
    )
    .addOption(new Option("--for <duration>", "stop by itself: 500ms, 15s, 2m").argParser(duration))
    .option("--once", "print the table once and end")
    .option("--json", "a line of JSON for each look, for a script")
    .addHelpText("after", "\nKeys: q quits, s changes the order. Exit code 1: it never answered.")
    .action(async (urls: ReadonlyArray<string>, { for: forMillis, ...options }: TopFlags) => {
      const { topHere } = await import("./top/top.js");
      process.exitCode = await topHere({ urls, ...options, forMillis }, gone);
    });

  program
    .command("simulate")
    .description("play stories of a server and its clients by their seeds, and audit every rule")
    .addOption(
      new Option("--seed <n>", "the first; by the clock if not said").argParser(
        wholeNumber(0, 2_000_000_000),
      ),
    )
    .addOption(
      new Option("--seeds <n>", "how many; 1000, or as many as there is time for").argParser(
        wholeNumber(1, 100_000_000),
      ),
    )
    .addOption(
      new Option("--for <duration>", "go on for so long: 30s, 10m, 1h").argParser(duration),
    )
    .option("--configuration <config.json>", "what all connections have; the rest is drawn")
    .addHelpText("after", "\nExit code 1: a rule is broken. The shortest story is told.")
    .action(async ({ for: forMillis, ...options }: SimulateFlags) => {
      const { simulateHere } = await import("./simulate/simulate.js");
      process.exitCode = await simulateHere({ ...options, forMillis }, gone);
    });

  program
    .command("chart")
    .description("print the chart of a connection; the JSON is for Stately's editor")
    .addOption(
      new Option("--format <format>", "how").choices(chartFormats).default("mermaid" as const),
    )
    .action(async ({ format }: { readonly format: ChartFormat }) => {
      const { chart } = await import("./chart.js");
      process.stdout.write(chart(format));
    });
}

interface SimulateFlags {
  readonly seed?: number;
  readonly seeds?: number;
  readonly for?: number;
  readonly configuration?: string;
}

interface TopFlags {
  readonly sort: TopSort;
  readonly for?: number;
  readonly once?: true;
  readonly json?: true;
}
