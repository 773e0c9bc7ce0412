/**
 * Two network namespaces with a cable between them: the server in the near one, the victims in the far one. The kernel
 * itself cuts the way, and delays and loses packets where it has `netem`. Needs root, and Linux.
 */
import { execFileSync } from "node:child_process";
import type { Manner } from "./Link.js";

/** What has to be done to a way: pull the cable, or that and more. */
export type Demand = "break" | "shape";

export class Namespaces {
  /** The address of the server, seen from the far end. */
  readonly host = "10.77.0.1";
  readonly #near = `sluice-near-${process.pid}-${made}`;
  readonly #far = `sluice-far-${process.pid}-${made++}`;
  readonly #close = () => this.close();

  /** Whether this machine can do it; looked at once. */
  static can(demand: Demand): boolean {
    able ??= probe();
    return demand === "break" ? able.breaks : able.shapes;
  }

  /** @throws {Error} where the machine cannot. Closed when the process ends, if not before. */
  constructor() {
    process.once("exit", this.#close);
    const [near, far] = [this.#near, this.#far];
    ip("netns", "add", near);
    ip("netns", "add", far);
    ip(...`link add near netns ${near} type veth peer name far netns ${far}`.split(" "));
    ip("-n", near, "addr", "add", `${this.host}/24`, "dev", "near");
    ip("-n", far, "addr", "add", "10.77.0.2/24", "dev", "far");
    for (const [space, device] of [
      [near, "near"],
      [near, "lo"],
      [far, "far"],
      [far, "lo"],
    ] as const) {
      ip("-n", space, "link", "set", device, "up");
    }
  }

  /** What runs a program at the near end, and at the far end. */
  get near(): ReadonlyArray<string> {
    return ["ip", "netns", "exec", this.#near];
  }

  get far(): ReadonlyArray<string> {
    return ["ip", "netns", "exec", this.#far];
  }

  /** Sockets of the far end that are opened from now on receive into so little. */
  narrow(bytes: number): void {
    const setting = `echo ${bytes} ${bytes} ${bytes} > /proc/sys/net/ipv4/tcp_rmem`;
    run(...this.far, "sh", "-c", setting);
  }

  /** The way is so from now on. */
  set manner(manner: Manner) {
    if (manner.isDead) {
      ip("-n", this.#far, "link", "set", "far", "down");
      return;
    }
    for (const [space, device] of [
      [this.#near, "near"],
      [this.#far, "far"],
    ] as const) {
      run("tc", "-n", space, "qdisc", "replace", "dev", device, "root", ...discipline(manner));
    }
  }

  close(): void {
    process.off("exit", this.#close);
    for (const space of [this.#near, this.#far]) {
      try {
        ip("netns", "del", space);
      } catch {
        // It never came to be.
      }
    }
  }
}

/** How `tc` is told of manners. Its jitter goes both ways from the middle, and it loses packets: the kernel does the rest. */
export function discipline(manner: Manner): ReadonlyArray<string> {
  const { delayMillis = 0, jitterMillis = 0, bytesPerSecond, loss } = manner;
  const half = jitterMillis / 2;
  return [
    ...["netem", "limit", "100000"],
    ...(delayMillis + half > 0 ? ["delay", `${delayMillis + half}ms`, `${half}ms`] : []),
    ...(loss === undefined ? [] : ["loss", `${loss.share * 100}%`]),
    ...(bytesPerSecond === undefined ? [] : ["rate", `${bytesPerSecond * 8}bit`]),
  ];
}

let made = 0;
let able: { readonly breaks: boolean; readonly shapes: boolean } | undefined;

function probe(): { readonly breaks: boolean; readonly shapes: boolean } {
  let namespaces: Namespaces | undefined;
  let breaks = false;
  try {
    namespaces = new Namespaces();
    breaks = true;
    namespaces.manner = { delayMillis: 1 };
    return { breaks, shapes: true };
  } catch {
    return { breaks, shapes: false };
  } finally {
    namespaces?.close();
  }
}

function ip(...args: ReadonlyArray<string>): void {
  run("ip", ...args);
}

function run(...[program = "", ...args]: ReadonlyArray<string>): void {
  execFileSync(program, args, { stdio: "ignore" });
}
