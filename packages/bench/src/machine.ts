/** Where a measurement was made, when, and with what. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";

export interface Circumstances {
  /** CPU, cores, system. */
  readonly machine: string;
  /** Of Node, of Sluice and of what is compared with it. */
  readonly versions: string;
  /** As ISO 8601. */
  readonly date: string;
  /** Of the last minute: what else runs blurs the figures. */
  readonly load: number;
}

export function circumstances(): Circumstances {
  const [cpu] = cpus();
  const cores = `${availableParallelism()} cores`;
  const peers = ["uWebSockets.js", "ws", "effect"].map((peer) => `../node_modules/${peer}`);
  return {
    machine: [cpu?.model.trim() ?? "unknown CPU", cores, process.platform, process.arch].join(" "),
    versions: [`Node ${process.version}`, ...["..", ...peers].map(versionIn)].join(", "),
    date: new Date().toISOString(),
    load: Number(loadavg()[0]?.toFixed(1)),
  };
}

/** In one line. */
export function inWords({ machine, versions, date, load }: Circumstances): string {
  return [machine, versions, date, `load ${load}`].join(" · ");
}

function versionIn(directory: string): string {
  const manifest = new URL(`${directory}/package.json`, import.meta.url);
  const { name, version } = JSON.parse(readFileSync(manifest, "utf8"));
  return `${name} ${version}`;
}
