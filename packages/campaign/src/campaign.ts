/** One fault on both adapters, each beside its library without flow control. */
import type { Fault, OwnFault } from "./Fault.js";
import { judged } from "./judge.js";
import type { Row } from "./Row.js";
import { plainRow } from "./Row.js";
import { type Outcome, trial } from "./Trial.js";

const adapters = ["uws", "ws"] as const;

/** Quick ones run side by side, and without what they are compared with. */
export async function rowsOf(
  fault: Fault | OwnFault,
  isQuick: boolean,
): Promise<ReadonlyArray<Row>> {
  const missing = fault.needs?.();
  if (missing !== undefined) return [leftOut(fault, missing)];
  if ("rows" in fault) return fault.rows().catch((error) => [failed(fault, "uws", error)]);
  if (isQuick) return Promise.all(adapters.map((adapter) => rowOf(fault, adapter, isQuick)));
  const rows: Array<Row> = [];
  for (const adapter of adapters) rows.push(await rowOf(fault, adapter, isQuick));
  return rows;
}

function leftOut({ name, what }: Fault | OwnFault, missing: string): Row {
  const by = `left out: ${missing}`;
  return { ...plainRow, fault: name, what, adapter: "", by, cases: 0, difference: 0, problems: [] };
}

function failed({ name, what, by }: Fault | OwnFault, adapter: string, error: unknown): Row {
  const problems = [error instanceof Error ? error.message : String(error)];
  return { ...plainRow, fault: name, what, adapter, by, cases: 0, difference: 0, problems };
}

async function rowOf(fault: Fault, adapter: "uws" | "ws", isQuick: boolean): Promise<Row> {
  try {
    const ours = await trial(fault, adapter);
    return judged(fault, adapter, ours, isQuick ? undefined : await control(fault, adapter));
  } catch (error) {
    return failed(fault, adapter, error);
  }
}

/** It may end in any way: that is what it is there to show. */
async function control(fault: Fault, adapter: "uws" | "ws"): Promise<Outcome | string> {
  try {
    return await trial(fault, `${adapter}-bare`);
  } catch {
    return "ended";
  }
}
