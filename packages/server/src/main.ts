#!/usr/bin/env node
/** The command line with the reference server: `sluice serve` and `sluice demo`, and the commands of `@sluice/cli`. */
import { addCommands, CommandLine, duration, wholeNumber } from "@sluice/cli";
import { type Command, Option } from "commander";
import { another, inspectTarget, queryTimeout } from "./Arguments.js";
import type { ServeOptions } from "./serve.js";

const line = new CommandLine({
  manifest: new URL("../package.json", import.meta.url),
  description:
    "Flow control for uWebSockets.js servers: the reference server and its demonstrations.",
});
const { program, gone } = line;

program
  .command("serve")
  .description("stream query results and a live feed to real clients")
  .addOption(
    new Option("--port <port>", "0 takes a free one")
      .default(9001)
      .argParser(wholeNumber(0, 65_535)),
  )
  .option("--host <address>", "the address to listen on", "127.0.0.1")
  .addOption(
    new Option("--clients <which>", "clients of its own").choices(["demo", "none"]).default("demo"),
  )
  .addOption(new Option("--for <duration>", "stop by itself: 500ms, 15s, 2m").argParser(duration))
  .addOption(
    new Option(
      "--inspect [relay]",
      "serve Stately's inspector on a port, or send to a relay at ws://; its page needs the internet",
    )
      .preset("8080")
      .argParser(inspectTarget),
  )
  .addOption(
    new Option("--query-timeout <duration>", "how long one query may execute")
      .default(30_000, "30s")
      .argParser(queryTimeout),
  )
  .addOption(
    new Option("--max-connections <number>", "connections of /query and /feed at once")
      .default(10_000)
      .argParser(wholeNumber(0, 10_000_000)),
  )
  .addOption(
    new Option("--max-per-address <number>", "of these, of one address")
      .default(5_000)
      .argParser(wholeNumber(0, 10_000_000)),
  )
  .addOption(
    new Option("--max-upgrades <number>", "new connections in a second")
      .default(2_000)
      .argParser(wholeNumber(1, 1_000_000)),
  )
  .addOption(
    new Option(
      "--origin <origin>",
      "let pages of this origin connect too, such as https://example.org; may be repeated",
    ).argParser(another),
  )
  .addOption(
    new Option("--threads <number>", "threads that serve behind the one port")
      .default(1)
      .argParser(wholeNumber(1, 64)),
  )
  .option("--nats <url>", "share the feed with other servers, by NATS: nats://127.0.0.1:4222")
  .action(async (flags: ServeFlags) => {
    const { for: forMillis, origin: origins = [], queryTimeout: queryTimeoutMillis } = flags;
    const { host, port, clients, inspect, nats, threads } = flags;
    const admission = {
      maxConnections: flags.maxConnections,
      maxPerAddress: flags.maxPerAddress,
      maxUpgradesPerSecond: flags.maxUpgrades,
    };
    // Loaded when it is needed: a wrong argument is answered at once.
    const { serve } = await import("./serve.js");
    process.exitCode = await serve({
      ...{ host, port, clients, inspect, forMillis, gone, origins, admission },
      queryTimeoutMillis,
      nats,
      threads,
    });
  });

const demo = program
  .command("demo")
  .description("show the six scenarios of flow control")
  .option("--json", "one JSON document, for a script")
  .action(async ({ json }: { readonly json?: true }) => {
    const { runDemonstrations } = await import("./demo/index.js");
    process.exitCode = await runDemonstrations({ json, signal: gone });
  });

demo
  .command("prices")
  .description(
    "500 order books that change 20,000 times a second, to a fast, a slow and a stalled client",
  )
  .addOption(
    new Option("--for <duration>", "how long the market is open")
      .default(5_000, "5s")
      .argParser(duration),
  )
  .addOption(
    new Option("--rate <number>", "changes in a second")
      .default(20_000)
      .argParser(wholeNumber(1, 1_000_000)),
  )
  .addOption(
    new Option("--symbols <number>", "books").default(500).argParser(wholeNumber(1, 100_000)),
  )
  .option("--json", "one JSON document, for a script")
  .action(async ({ for: forMillis, rate, symbols }: PricesFlags, command: Command) => {
    const { json } = command.optsWithGlobals<{ readonly json?: true }>();
    const { runPrices } = await import("./prices/prices.js");
    const options = { forMillis, updatesPerSecond: rate, symbols, json, signal: gone };
    process.exitCode = await runPrices(options);
  });

addCommands(line);

interface PricesFlags {
  readonly for: number;
  readonly rate: number;
  readonly symbols: number;
}

interface ServeFlags
  extends Pick<ServeOptions, "host" | "port" | "clients" | "inspect" | "nats" | "threads"> {
  readonly origin?: ReadonlyArray<string>;
  readonly for?: number;
  readonly queryTimeout: number;
  readonly maxConnections: number;
  readonly maxPerAddress: number;
  readonly maxUpgrades: number;
}

await line.run();
