/** Who asks for neither NATS nor threads loads nothing of them. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";

vi.setConfig({ testTimeout: 120_000 });

/** Says which modules of the two are loaded. */
const hooks = `export async function load(url, context, next) {
  if (/@nats-io|packages.(nats|threads)/.test(url)) console.error("loaded " + url);
  return next(url, context);
}`;
const data = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`;
const telling = data(
  `import { register } from "node:module"; register(${JSON.stringify(data(hooks))});`,
);
const path = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));

async function loadedBy(...program: ReadonlyArray<string>): Promise<ReadonlyArray<string>> {
  const { stderr } = await promisify(execFile)(process.execPath, ["--import", telling, ...program]);
  return stderr.match(/^loaded .*$/gm) ?? [];
}

test("a server with Sluice loads nothing of NATS and threads", async () => {
  const imports = ["uws", "ws", "runtime", "client"]
    .map((name) => `await import(${JSON.stringify(path(`${name}/dist/index.js`))});`)
    .join("\n");
  expect(await loadedBy("--input-type=module", "-e", imports)).toEqual([]);
});

const serve = [path("server/dist/main.js"), "serve", "--clients", "none", "--port", "0"];

test.each([{ flags: [] }, { flags: ["--threads", "1"] }])(
  "the reference server loads nothing of them where it is not asked to: $flags",
  async ({ flags }) => {
    expect(await loadedBy(...serve, ...flags, "--for", "100ms")).toEqual([]);
  },
);

test("with --threads it loads those, and nothing of NATS", async () => {
  const loaded = await loadedBy(...serve, "--threads", "2", "--for", "100ms");
  expect(loaded.join()).toMatch(/packages.threads/);
  expect(loaded.join()).not.toMatch(/nats/);
});

test("what imports them is seen", async () => {
  const source = `await import(${JSON.stringify(path("nats/dist/index.js"))});`;
  expect(await loadedBy("--input-type=module", "-e", source)).not.toEqual([]);
});
