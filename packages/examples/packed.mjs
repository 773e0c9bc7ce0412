/**
 * What is published can be used: the packages as tarballs, installed by npm in empty folders, type-checked as strictly
 * as a program can ask, and started. A program that has `effect` must not get a second copy.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { WebSocket } from "ws";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The most that the packages may add to the browser's program, minified, in bytes: what the core's README promises. */
const promise = await readFile(join(here, "../core/README.md"), "utf8");
const maxBundleBytes = Number(/a bundle of it is at most (\d+) KiB/.exec(promise)?.[1]) * 1024;
const root = join(here, "..", "..");
const place = await mkdtemp(join(tmpdir(), "sluice-packed-"));
const run = promisify(execFile);

/** A program: the packages that it names, and what it is. */
const consumers = [
  {
    name: "uWebSockets.js",
    example: "uws/feed",
    packages: ["uws", "page", "stately", "cli"],
    others: { "uWebSockets.js": "npm:uws-pack@20.0.8", "@types/node": "^20" },
    effects: 1,
    use: speaks("/feed"),
  },
  {
    name: "ws",
    example: "ws/feed",
    packages: ["ws"],
    others: { effect: "^4.1.0", ws: "^8.16.0", "@types/ws": "^8.5.10", "@types/node": "^20" },
    effects: 1,
    use: speaks("/"),
  },
  {
    name: "a browser",
    example: "core/browser",
    packages: ["core"],
    others: {},
    effects: 0,
    compilerOptions: { lib: ["ES2023", "DOM"], types: [] },
    use: isSmall,
  },
];

try {
  const tarballs = await pack();
  await Promise.all(consumers.map((consumer) => check(consumer, tarballs)));
} catch (error) {
  process.stderr.write(`${error.stdout ?? ""}${error.stderr ?? ""}${error.stack ?? error}\n`);
  process.exitCode = 1;
} finally {
  await rm(place, { recursive: true });
}

/** The packages that are published, by name, each as a tarball. */
async function pack() {
  await run("pnpm", ["-r", "--filter=!{private}", "pack", "--pack-destination", place], {
    cwd: root,
  });
  const files = await readdir(place);
  const named = files.map((file) => [file.replace(/^sluice-(.*)-\d.*$/, "@sluice/$1"), file]);
  return Object.fromEntries(named.map(([name, file]) => [name, `file:${join(place, file)}`]));
}

async function check({ name, example, packages, others, effects, compilerOptions, use }, tarballs) {
  const folder = join(place, name);
  await mkdir(folder);
  const own = packages.map((one) => `@sluice/${one}`);
  const pick = (wanted) =>
    Object.fromEntries(Object.entries(tarballs).filter(([one]) => own.includes(one) === wanted));
  const json = (file, value) => writeFile(join(folder, file), JSON.stringify(value));
  await json("package.json", {
    type: "module",
    private: true,
    dependencies: { ...pick(true), ...others },
    overrides: pick(false),
  });
  await json("tsconfig.json", {
    compilerOptions: {
      target: "ES2023",
      module: "NodeNext",
      types: ["node"],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      ...compilerOptions,
    },
  });
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: folder });
  const found = await copiesOf("effect", folder);
  if (found.length !== effects) throw new Error(`${name} has ${found.length} of effect: ${found}`);
  const port = await freePort();
  const text = await readFile(join(here, "src", `${example}.ts`), "utf8");
  await writeFile(join(folder, "main.ts"), text.replaceAll("9001", `${port}`));
  await run(join(root, "node_modules", ".bin", "tsc"), [], { cwd: folder });
  const what = await use(folder, port);
  process.stdout.write(`${name}: installed, compiled, ${what}\n`);
}

/** Starts a server, and waits for a message of it. */
function speaks(path) {
  return async (folder, port) => {
    const child = spawn(process.execPath, ["main.js"], { cwd: folder, stdio: "inherit" });
    try {
      while (child.exitCode === null) {
        const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
        try {
          const [data] = await once(socket, "message");
          return `said ${data}`;
        } catch {
          // It does not listen yet.
          await setTimeout(20);
        } finally {
          socket.terminate();
        }
      }
      throw new Error(`it has ended with ${child.exitCode}`);
    } finally {
      child.kill("SIGKILL");
    }
  };
}

/** Bundles a program, and runs the bundle. */
async function isSmall(folder) {
  const outfile = join(folder, "bundle.cjs");
  const entryPoints = [join(folder, "main.js")];
  const options = { outfile, bundle: true, minify: true, platform: "browser", metafile: true };
  const { metafile } = await build({ ...options, entryPoints });
  const [{ inputs }] = Object.values(metafile.outputs);
  let bytes = 0;
  for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
    if (file.includes("node_modules")) bytes += bytesInOutput;
  }
  if (!(bytes <= maxBundleBytes)) throw new Error(`the packages add ${bytes} bytes to a bundle`);
  const { stdout } = await run(process.execPath, [outfile], { cwd: folder });
  return `bundled with ${bytes} bytes of the packages, said ${stdout.trim()}`;
}

async function copiesOf(name, folder) {
  const files = await readdir(folder, { recursive: true });
  return files.filter((file) => file.endsWith(join("node_modules", name, "package.json")));
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
