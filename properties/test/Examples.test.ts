/**
 * Every example that is shown is true: those of the README, the documents, the packages' READMEs and the docstrings
 * compile and run, and where one says `expression; // => value`, it gives that value.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { documents, packages, root } from "./Documents.js";

const folder = fileURLToPath(new URL("../.examples", import.meta.url));

mkdirSync(folder, { recursive: true });

interface Example {
  /** File and line, for a person. */
  readonly place: string;
  readonly code: string;
}

function examplesOf(file: string): ReadonlyArray<Example> {
  const text = readFileSync(file, "utf8").replaceAll(/^ *\* ?/gm, "");
  return [...text.matchAll(/```ts\n(.*?)```/gs)].map((match) => ({
    place: `${relative(root, file)}:${text.slice(0, match.index).split("\n").length + 1}`,
    code: match[1] as string,
  }));
}

/** Turns what an example says of its values into assertions, and its port into a free one. */
function asserted(code: string): string {
  const lines = code
    .replaceAll("9001", "0")
    .replaceAll(/^(\s*)(\S.*?);? \/\/ => (.*)$/gm, "$1assert.deepEqual($2, $3);");
  return `import assert from "node:assert/strict";\nvoid assert;\n${lines}\nexport {};\n`;
}

const sources = packages.flatMap((name) =>
  readdirSync(join(root, name, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(name, "src", file)),
);

const all = [...documents, ...sources].flatMap((file) => examplesOf(join(root, file)));
const isSuite = ({ code }: Example) => code.includes('from "vitest"');
const suites = all.filter(isSuite);
const examples = all.filter((example) => !isSuite(example));

test("every example that is a suite of tests passes", { timeout: 900_000 }, () => {
  const place = join(folder, "suites");
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  suites.forEach(({ code }, index) => {
    writeFileSync(join(place, `${index}.suite.ts`), code);
  });
  const config = 'export default { test: { include: ["*.suite.ts"] } };';
  writeFileSync(join(place, "vitest.config.mjs"), config);
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const passes = () =>
    execFileSync(process.execPath, [vitest, "run", "--root", place], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  expect(suites.length).toBeGreaterThan(0);
  expect(passes()).toMatch(/passed/);
});

/** The README's own buffer, and what would make a liar of it. */
const liars: ReadonlyArray<readonly [string, string, string]> = [
  ["claims that it evicted nothing", "evicted };", "evicted: 0 };"],
  ["claims an eviction for every message", "evicted };", "evicted: 1 };"],
  ["drops the newest that it holds", "held.shift()", "held.pop()"],
  ["drops more than it says", "held.shift()", "held.splice(0)"],
  [
    "drops the message that it accepts",
    "held.push(message);",
    "if (evicted === 0) held.push(message);",
  ],
  ["keeps everything", "if (evicted > 0) held.shift();", ""],
  ["says that it is empty", "messages: held.length", "messages: 0"],
  ["delivers the newest first", "held.splice(0, count)", "held.splice(-count).reverse()"],
];

test.each(liars)(
  "the README's array, made one that %s, is found out",
  {
    timeout: 300_000,
  },
  async (_, from, to) => {
    const found = examples.filter(({ code }) => code.includes("an array that drops the oldest"));
    const [code = ""] = found.map((example) => example.code);
    expect(code.split(from)).toHaveLength(2);
    const file = join(
      folder,
      `liar-${liars.findIndex((liar) => liar[1] === from && liar[2] === to)}.ts`,
    );
    writeFileSync(file, asserted(code.replace(from, to)));
    await expect(import(/* @vite-ignore */ file)).rejects.toThrow(/Expected values/);
  },
);

test("every example of the documents and of the docstrings compiles, runs and gives what it says", {
  timeout: 300_000,
}, () => {
  for (const name of readdirSync(folder)) {
    if (name !== "suites") rmSync(join(folder, name), { recursive: true });
  }
  examples.forEach(({ place, code }, index) => {
    writeFileSync(join(folder, `${index}.ts`), `// ${place}\n${asserted(code)}`);
  });
  const compilerOptions = { composite: false, noUnusedLocals: false, outDir: "out", rootDir: "." };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: "../../tsconfig.json",
      compilerOptions,
      files: undefined,
      include: ["*.ts"],
    }),
  );
  const tsc = join(root, "node_modules", ".bin", "tsc");
  const compile = () =>
    execFileSync(tsc, ["-p", folder], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  let complaints = "";
  try {
    compile();
  } catch (error) {
    complaints = (error as { readonly stdout: string }).stdout;
  }
  expect(complaints).toBe("");
  expect(examples.length).toBeGreaterThan(5);
  const script = examples.map((_, index) => `await import("./${index}.js");`).join("\n");
  writeFileSync(join(folder, "out", "all.mjs"), `${script}\nprocess.exit(0);\n`);
  execFileSync(process.execPath, [join(folder, "out", "all.mjs")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
});
