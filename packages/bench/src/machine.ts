/** Where a measurement was made, and with what. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";

/** CPU, cores, system, date; and the load there was before, which blurs the figures. */
export function machine(): string {
  const [cpu] = cpus();
  return [
    cpu?.model.trim() ?? "unknown CPU",
    `${availableParallelism()} cores`,
    `${process.platform} ${process.arch}`,
    new Date().toISOString(),
    `load ${loadavg()[0]?.toFixed(1)}`,
  ].join(" · ");
}

/** Of Node, of Sluice and of what is compared with it. */
export function versions(): string {
  const peers = ["uWebSockets.js", "ws", "effect"];
  return [`Node ${process.version}`, versionIn(".."), ...peers.map(versionOf)].join(" · ");
}

function versionOf(peer: string): string {
  return versionIn(`../node_modules/${peer}`);
}

function versionIn(directory: string): string {
  const manifest = new URL(`${directory}/package.json`, import.meta.url);
  const { name, version } = JSON.parse(readFileSync(manifest, "utf8"));
  return `${name} ${version}`;
}
