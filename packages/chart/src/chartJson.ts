/** The chart as JSON: what `createMachine` takes, and what Stately's editor imports. */
import { connectionMachine } from "@sluice/machines/chart";
import type { AnyStateMachine } from "xstate";

/**
 * Prints the definition of a statechart.
 *
 * @example
 * ```ts
 * import { chartJson } from "@sluice/chart";
 *
 * JSON.parse(chartJson()).initial; // => "open"
 * ```
 */
export function chartJson(machine: AnyStateMachine = connectionMachine): string {
  return `${JSON.stringify(machine.config, null, 2)}\n`;
}
