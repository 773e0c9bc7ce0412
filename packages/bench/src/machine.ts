/** Where a measurement was made. */
import { availableParallelism, cpus, loadavg } from "node:os";

/** CPU, cores, system, Node and date, in one line; and the load there was before, which blurs the figures. */
export function machine(): string {
  const [cpu] = cpus();
  return [
    cpu?.model.trim() ?? "unknown CPU",
    `${availableParallelism()} cores`,
    `${process.platform} ${process.arch}`,
    `Node ${process.version}`,
    new Date().toISOString(),
    `load ${loadavg()[0]?.toFixed(1)}`,
  ].join(" · ");
}
