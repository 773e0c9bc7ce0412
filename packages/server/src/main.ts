#!/usr/bin/env node
/** The command line: `sluice serve`, `sluice demo` and `sluice check`. Exit code 2 is a wrong argument, 1 any other failure. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { durationMillis } from "./Duration.js";
import type { ServeOptions } from "./serve.js";

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
