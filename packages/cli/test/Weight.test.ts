/** What is installed with the command line: all that its package depends on, and what that depends on, by manifest. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** The names of everything that is installed with the package in a folder, itself included. */
function installedWith(root: string): ReadonlySet<string> {
  const names = new Set<string>();
  const folders = new Set([root]);
  // A set is walked to its end, whatever is added meanwhile.
  for (const folder of folders) {
    const manifest = manifestIn(folder);
    names.add(manifest.name);
    for (const name of neededBy(manifest)) {
      const found = folderOf(name, folder);
      if (found !== undefined) folders.add(found);
      else if (manifest.optionalDependencies?.[name] === undefined)
        throw new Error(`${manifest.name} needs ${name}, which is not installed`);
      names.add(name);
    }
  }
  return names;
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

function neededBy(manifest: Manifest): ReadonlyArray<string> {
  const { dependencies, optionalDependencies, peerDependencies = {} } = manifest;
  const isNeeded = (peer: string) => manifest.peerDependenciesMeta?.[peer]?.optional !== true;
  const peers = Object.keys(peerDependencies).filter(isNeeded);
  return [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers];
}

/** Where Node finds a package for the code in a folder. */
function folderOf(name: string, folder: string): string | undefined {
  const places = createRequire(join(folder, "package.json")).resolve.paths(name) ?? [];
  const place = places.map((path) => join(path, name)).find((path) => existsSync(path));
  return place === undefined ? undefined : realpathSync(place);
}

const packages = fileURLToPath(new URL("../..", import.meta.url));
const heavy =
  /duckdb|vega-datasets|@statelyai|uWebSockets|uws|^ws$|^@sluice\/(page|stately|server)$/;

test("the command line installs no database, no flights, no page, no inspector and no server", () => {
  const installed = installedWith(join(packages, "cli"));
  expect([...installed].filter((name) => heavy.test(name))).toEqual([]);
  // It has looked: at what the package names, and at what comes with that.
  expect([...installed]).toEqual(
    expect.arrayContaining(["commander", "@sluice/machines", "@dagrejs/graphlib"]),
  );
});

test("the reference server does install them: what is looked for has that name", () => {
  const installed = [...installedWith(join(packages, "server"))];
  for (const name of ["@duckdb/node-api", "vega-datasets", "@statelyai/inspect", "ws"]) {
    expect(installed).toContain(name);
    expect(name).toMatch(heavy);
  }
});
