/** What of the limits of a server is a thread's: each lets in its share, so that all of them let in no more than is said. */
import type { AdmissionOptions } from "@sluice/uws";

/** The limits that are shared out, with their flags. */
const shared = {
  maxConnections: "--max-connections",
  maxPerAddress: "--max-per-address",
  maxUpgradesPerSecond: "--max-upgrades",
} as const;

type Limits = Omit<AdmissionOptions, "isExempt">;

type Shared = keyof typeof shared;

const names = Object.keys(shared) as ReadonlyArray<Shared>;

/** Of the thread with this index. */
export function shareOf(limits: Limits, threads: number, index: number): Limits {
  const shares = names.flatMap((name) => {
    const limit = limits[name];
    if (limit === undefined) return [];
    const rest = index < limit % threads ? 1 : 0;
    return [[name, Math.floor(limit / threads) + rest] as const];
  });
  return { ...limits, ...Object.fromEntries(shares) };
}

/** Why these limits cannot be shared out, if they cannot: a thread would let nobody in. */
export function sharesProblem(limits: Limits, threads: number): string | undefined {
  for (const name of names) {
    const { [name]: limit = 0 } = limits;
    if (limit === 0 || limit >= threads) continue;
    return `${shared[name]} (${limit}) must be at least --threads (${threads}): each thread lets in its share`;
  }
  return undefined;
}
