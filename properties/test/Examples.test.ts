/**
 * Every example that is shown is true. Those of the documents are the files of `packages/examples`, whose own tests
 * start what listens. Those that end, and those of the docstrings, compile and run here, and where one says
 * `expression; // => value`, it gives that value.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { documents, packages, root } from "./Documents.js";

/** Where the packages are found that examples speak of. */
const home = join("packages", "examples");
const folder = join(root, home, ".examples");

mkdirSync(folder, { recursive: true });

interface Example {
  /** File and line, for a person. */
  readonly place: string;
  readonly code: string;
}

function examplesOf(file: string): ReadonlyArray<Example> {
  const text = textOf(file).replaceAll(/^ *\* ?/gm, "");
  return [...text.matchAll(/```ts\n(.*?)```/gs)].map((match) => ({
    place: `${file}:${text.slice(0, match.index).split("\n").length + 1}`,
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

const textOf = (file: string) => readFileSync(join(root, file), "utf8");
const isOfItsOwn = (file: string) => file.startsWith(home);
const docstrings = sources.filter((file) => !isOfItsOwn(file)).flatMap((file) => examplesOf(file));
const programs = sources
  .filter(isOfItsOwn)
  .map((file): Example => ({ place: file, code: textOf(file) }));
const examples = [...programs, ...docstrings];

test.each(documents.filter((file) => textOf(file).includes("```ts\n")))(
  "what %s shows is the file that it names",
  async (file) => {
    const text = textOf(file);
    const shown = text.replaceAll(
      /^(?:<!-- (\S+) -->\n)?```ts\n.*?```$/gms,
      (_, source: string | undefined) => {
        if (source === undefined)
          throw new Error("an example of a document is a file, named above");
        return `<!-- ${source} -->\n\`\`\`ts\n${textOf(source)}\`\`\``;
      },
    );
    await expect(shown).toMatchFileSnapshot(join(root, file));
  },
);

test("every program of the examples is shown or named", () => {
  const texts = documents.map(textOf);
  const unseen = programs.filter(({ place }) => !texts.some((text) => text.includes(place)));
  expect(unseen.map(({ place }) => place)).toEqual([]);
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

test("every example of the package and of the docstrings compiles, runs and gives what it says", {
  timeout: 300_000,
}, () => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  examples.forEach(({ place, code }, index) => {
    writeFileSync(join(folder, `${index}.ts`), `// ${place}\n${asserted(code)}`);
  });
  const compilerOptions = { composite: false, noUnusedLocals: false, outDir: "out", rootDir: "." };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: "../../../tsconfig.json",
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
  // The programs of threads are several files each; their own tests start them.
  const script = examples
    .map(({ place }, index) =>
      place.includes("examples/src/threads") ? "" : `await import("./${index}.js");`,
    )
    .join("\n");
  writeFileSync(join(folder, "out", "all.mjs"), `${script}\nprocess.exit(0);\n`);
  execFileSync(process.execPath, [join(folder, "out", "all.mjs")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
});
