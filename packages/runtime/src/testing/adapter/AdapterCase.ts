/** One case of the suite that every adapter runs. It rejects when the adapter does not behave. */
import type { Adapter, ServeOptions } from "./Adapter.js";
import { Stage } from "./Stage.js";

export interface AdapterCase {
  /** A law, in words. */
  readonly name: string;
  readonly run: (adapter: Adapter) => Promise<void>;
}

/** A case that plays on a server of its own. */
export function caseOf(
  name: string,
  options: ServeOptions,
  act: (stage: Stage) => Promise<void>,
): AdapterCase {
  return { name, run: (adapter) => Stage.play(adapter, options, act) };
}
