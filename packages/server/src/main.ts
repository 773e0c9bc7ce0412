#!/usr/bin/env node
/** The command line: `sluice serve`, `sluice demo`, `sluice check`, `sluice top` and `sluice chart`. Exit code 2 is a wrong argument, 1 any other failure. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { type ChartFormat, chartFormats } from "./ChartFormat.js";
import { durationMillis } from "./Duration.js";
import type { InspectTarget } from "./inspecting.js";
import type { ServeOptions } from "./serve.js";
import { type TopSort, topSorts } from "./top/TopSort.js";

const program = new Command("sluice")
  .description(
    "Flow control for uWebSockets.js servers: the reference server and its demonstrations.",
  )
  .exitOverride();

program
  .command("serve")
  .description("stream query results and a live feed to real clients")
  .addOption(new Option("--port <port>", "0 takes a free one").default(9001).argParser(port))
  .option("--host <address>", "the address to listen on", "127.0.0.1")
  .addOption(
    new Option("--clients <which>", "clients of its own").choices(["demo", "none"]).default("demo"),
  )
  .addOption(new Option("--for <duration>", "stop by itself: 500ms, 15s, 2m").argParser(duration))
  .addOption(
    new Option(
      "--inspect [relay]",
      "serve Stately's inspector on a port, or send to a relay at ws://",
    )
      .preset("8080")
      .argParser(inspectTarget),
  )
  .exitOverride()
  .action(async ({ for: forMillis, ...options }: Flags) => {
    // Loaded when it is needed: a wrong argument is answered at once.
    const { serve } = await import("./serve.js");
    process.exitCode = await serve({ ...options, forMillis });
  });

program
  .command("demo")
  .description("show the six scenarios of flow control")
  .exitOverride()
  .action(async () => {
    const { runDemonstrations } = await import("./demo/index.js");
    process.exitCode = await runDemonstrations();
  });

program
  .command("check")
  .argument("<config.json>", "the options of a connection, as JSON")
  .description("look for what a configuration breaks, and for what is dangerous in it")
  .addOption(new Option("--runs <n>", "random traces for each rule").default(100).argParser(runs))
  .addHelpText(
    "after",
    "\nExit code 0 is safe, 1 not valid or a broken rule, 2 a wrong argument, 3 dangerous.",
  )
  .exitOverride()
  .action(async (path: string, options: { readonly runs: number }) => {
    const { check } = await import("./check/check.js");
    process.exitCode = await check(path, { ...options, print: (line) => console.log(line) });
  });

program
  .command("top")
  .argument("<url>", "the server, such as http://localhost:9001")
  .description("watch the connections of a server that runs elsewhere")
  .addOption(
    new Option("--sort <by>", "what comes first").choices(topSorts).default("dropped" as const),
  )
  .addOption(new Option("--for <duration>", "stop by itself: 500ms, 15s, 2m").argParser(duration))
  .addHelpText("after", "\nKeys: q quits, s changes the order. Exit code 1: it never answered.")
  .exitOverride()
  .action(async (url: string, options: { readonly sort: TopSort; readonly for?: number }) => {
    const { topHere } = await import("./top/top.js");
    process.exitCode = await topHere({ url, sort: options.sort, forMillis: options.for });
  });

program
  .command("chart")
  .description("print the chart of a connection; the JSON is for Stately's editor")
  .addOption(
    new Option("--format <format>", "how").choices(chartFormats).default("mermaid" as const),
  )
  .exitOverride()
  .action(async ({ format }: { readonly format: ChartFormat }) => {
    const { chart } = await import("./chart.js");
    process.stdout.write(chart(format));
  });

interface Flags extends Omit<ServeOptions, "forMillis"> {
  readonly for?: number;
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    console.error(error);
    process.exitCode = 1;
  }
}

function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65_535) return number;
  throw new InvalidArgumentError("It must be a whole number from 0 to 65535.");
}

function inspectTarget(text: string): InspectTarget {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= 65_535) return number;
  if (/^wss?:\/\//.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError(
    "It must be a port from 1 to 65535, or a URL with ws:// or wss://.",
  );
}

function runs(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= 1_000_000) return number;
  throw new InvalidArgumentError("It must be a whole number from 1 to 1000000.");
}

function duration(text: string): number {
  const millis = durationMillis(text);
  if (millis !== undefined) return millis;
  throw new InvalidArgumentError("It must be a duration such as 500ms, 15s or 2m, up to 24 days.");
}
