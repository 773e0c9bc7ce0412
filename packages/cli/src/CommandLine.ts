/**
 * A command line without its commands: it reads the arguments, runs the command that they name, and ends with its exit
 * code. Exit code 2 is a wrong argument, 1 any other failure.
 */
import { Command, CommanderError } from "commander";
import { Audience } from "./Audience.js";
import { version } from "./version.js";

export interface CommandLineOptions {
  /** The `package.json` of the program, for its version. */
  readonly manifest: URL;
  readonly description: string;
}

export class CommandLine {
  /** Commands are added to it. */
  readonly program: Command;
  readonly #audience = new Audience(process.stdout, process.stderr);

  constructor({ manifest, description }: CommandLineOptions) {
    this.program = new Command("sluice")
      .description(description)
      .version(version(manifest))
      .exitOverride();
  }

  /** Aborted when what is printed reaches nobody any more. */
  get gone(): AbortSignal {
    return this.#audience.gone;
  }

  /** Runs what the arguments of this process ask for. Never rejects: a failure is said, and is the exit code. */
  async run(): Promise<void> {
    try {
      await this.program.parseAsync();
    } catch (error) {
      if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
      else {
        console.error(error);
        process.exitCode = 1;
      }
    }
    // A write fails after it was made, and perhaps the last of them has: then it is said at the very end.
    process.once("beforeExit", () => {
      const { failure } = this.#audience;
      if (failure === undefined) return;
      console.error(`error: cannot write: ${failure.message}`);
      process.exitCode = 1;
    });
  }
}
