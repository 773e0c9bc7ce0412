/** What the command line is made of, for a program that adds commands of its own to it. */
export { textTable } from "@sluice/properties/text";
export { duration, wholeNumber } from "./Arguments.js";
export { CommandLine, type CommandLineOptions } from "./CommandLine.js";
export { addCommands } from "./commands.js";
export { Progress } from "./Progress.js";
export type { Screen } from "./Screen.js";
export { Stopping } from "./Stopping.js";
