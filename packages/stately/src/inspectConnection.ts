/** One connection, shown to an inspector for as long as it lives or somebody looks. */
import { type ActorInspector, type Inspectable, Mirror, type MirrorOptions } from "./Mirror.js";

/**
 * Shows a connection to an inspector: an actor of the chart is attached to it and follows its every step. Stopping
 * the mirror detaches it again; until then, and never before, each step costs some microseconds.
 *
 * @example
 * ```ts
 * import { Inspector, inspectConnection } from "@sluice/stately";
 * import type { PlainConnection } from "@sluice/runtime";
 *
 * const inspector = Inspector.connect({ url: "ws://localhost:8080" });
 *
 * function look(connection: PlainConnection<string>) {
 *   const mirror = inspectConnection(connection, inspector);
 *   setTimeout(() => mirror.stop(), 60_000);
 * }
 * inspector.stop();
 * ```
 */
export function inspectConnection(
  connection: Inspectable,
  inspector: ActorInspector,
  options: Omit<MirrorOptions, "inspector"> = {},
): Mirror {
  return new Mirror(connection, { ...options, inspector });
}
