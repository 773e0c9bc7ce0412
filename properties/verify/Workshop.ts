/** A copy of the compiled project in a folder of its own, for faults to be put into. */
import { spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cleanup } from "./Cleanup.js";
import type { Fault } from "./faults.js";
import { stories } from "./stories.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const packages = [
  "machines",
  "packages/core",
  "packages/runtime",
  "packages/ws",
  "packages/simulation",
  "properties",
];

/** A run takes seconds, on busy cores a minute; the kit itself ends one that hangs long before. */
const limitMillis = 300_000;

/** What the rule said of a fault. */
export interface Finding {
  readonly isFound: boolean;
  /** The verdict in words; its first line is the rule that was broken. */
  readonly words: string;
}

export class Workshop {
  readonly #folder = mkdtempSync(join(tmpdir(), "faults-"));
  readonly #remove = cleanup(() =>
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 }),
  );

  constructor() {
    const modules = join(this.#folder, "node_modules");
    mkdirSync(join(modules, "@sluice"), { recursive: true });
    for (const path of packages) {
      const place = join(this.#folder, path);
      cpSync(join(root, path, "dist"), join(place, "dist"), { recursive: true });
      cpSync(join(root, path, "package.json"), join(place, "package.json"));
      const { name } = JSON.parse(readFileSync(join(place, "package.json"), "utf8"));
      symlinkSync(place, join(modules, name));
    }
    // Everything else is as it is installed, for whichever package.
    const installed = new Map<string, string>();
    for (const folder of packages.map((path) => join(root, path, "node_modules"))) {
      for (const name of readdirSync(folder)) {
        if (!name.startsWith(".") && !name.startsWith("@")) installed.set(name, join(folder, name));
      }
    }
    for (const [name, place] of installed) symlinkSync(realpathSync(place), join(modules, name));
    const names = ["judge", "judgeBySeeds", "wsAdapter", "stories", ...Object.keys(stories)];
    for (const name of names) {
      const compiled = fileURLToPath(new URL(`${name}.js`, import.meta.url));
      cpSync(compiled, join(this.#folder, `${name}.mjs`));
    }
  }

  /** Puts a fault in, lets its rule judge, and takes it out again. @throws {Error} as `with` does. */
  judge(fault: Fault): Promise<Finding> {
    return this.#with(fault, () => this.#run("judge", fault.rule, fault.subject ?? "outbox"));
  }

  /** The same, judged by the simulation with so many seeds. */
  simulate(fault: Fault, seeds: number): Promise<Finding> {
    return this.#with(fault, () => this.#run("judgeBySeeds", `${seeds}`));
  }

  /** @throws {Error} when the place of the fault is not there, or there more than once. */
  async #with(fault: Fault, judge: () => Promise<Finding>): Promise<Finding> {
    const path = join(this.#folder, fault.file);
    const text = readFileSync(path, "utf8");
    const places = text.split(fault.find).length - 1;
    if (places !== 1) {
      throw new Error(
        `${fault.rule} · ${fault.name}: its place is ${places} times in ${fault.file}`,
      );
    }
    writeFileSync(
      path,
      text.replace(fault.find, () => fault.replace),
    );
    try {
      return await judge();
    } finally {
      writeFileSync(path, text);
    }
  }

  /** @throws {Error} when the copy as it is does not keep a rule: then it would be no wonder with a fault. */
  async expectSound(): Promise<void> {
    const { words } = await this.#run("judge", "R3", "actor");
    if (!words.startsWith("kept")) throw new Error(`the copy itself is not sound: ${words}`);
  }

  remove(): void {
    this.#remove();
  }

  #run(judge: string, ...given: ReadonlyArray<string>): Promise<Finding> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [`${judge}.mjs`, ...given], {
        cwd: this.#folder,
        timeout: limitMillis,
      });
      const stop = cleanup(() => child.kill("SIGKILL"));
      let said = "";
      child.stdout.on("data", (data) => {
        said += data;
      });
      child.stderr.on("data", (data) => {
        said += data;
      });
      child.on("error", reject);
      // Exit code 1 is a broken rule; what ends in another way has not said which.
      child.on("close", (code) => {
        stop();
        resolve({ isFound: code === 1, words: said.trim() });
      });
    });
  }
}
