#!/usr/bin/env node
/** The command line: `sluice check`, `sluice simulate`, `sluice top` and `sluice chart`. */
import { CommandLine } from "./CommandLine.js";
import { addCommands } from "./commands.js";

const line = new CommandLine({
  manifest: new URL("../package.json", import.meta.url),
  description: "Flow control for WebSocket servers: check a configuration, watch a server.",
});
addCommands(line);
line.program.addHelpText("after", "\n`serve` and `demo` come with @sluice/server.");
await line.run();
