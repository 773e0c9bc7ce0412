/** The connections of a server, shown to an inspector as they come and go. */
import { states } from "@sluice/machines";
import type { DisagreementError } from "./DisagreementError.js";
import { inspectConnection } from "./inspectConnection.js";
import type { ActorInspector, Inspectable, Mirror } from "./Mirror.js";

/** What it needs of a registry of connections. */
export interface Arrivals<C> extends Iterable<C> {
  /** Calls `listener` whenever one has come. Returns how to stop. */
  onAdded(listener: () => void): () => void;
}

export interface InspectAllOptions<C> {
  /** Connections that are shown at once, by default 32; more wait until one of them ends. A whole number from 1. */
  readonly max?: number;
  /** What the inspector calls a connection; by default its id. */
  readonly nameOf?: (connection: C) => string;
  /** Told when a chart and its connection disagree; by default it is logged as an error. */
  readonly onDisagreement?: (error: DisagreementError) => void;
}

/** The mirrors of a registry's connections. */
export interface Inspection {
  /** How many connections are shown. */
  readonly size: number;
  stop(): void;
}

/**
 * Shows the connections of a registry, those that are there and those that come, the oldest first.
 *
 * @example
 * ```ts
 * import { Inspector, inspectAll } from "@sluice/inspect";
 * import { Sluice } from "@sluice/uws";
 *
 * const sluice = new Sluice();
 * const inspector = Inspector.connect({ url: "ws://localhost:8080" });
 * const inspection = inspectAll(sluice.connections, inspector, { max: 10 });
 * inspection.size; // => 0
 * inspection.stop();
 * inspector.stop();
 * ```
 *
 * @throws {RangeError} when `max` is not a whole number from 1.
 */
export function inspectAll<C extends Inspectable>(
  registry: Arrivals<C>,
  inspector: ActorInspector,
  options: InspectAllOptions<C> = {},
): Inspection {
  const { max = defaultMax, nameOf = ({ id }) => id, onDisagreement } = options;
  if (!Number.isInteger(max) || max < 1) {
    throw new RangeError(`max (${max}) must be a whole number from 1`);
  }
  const mirrors = new Map<C, Mirror>();
  // A connection whose mirror ended early, by a disagreement, keeps its place: it is not mirrored anew.
  const fill = () => {
    for (const connection of mirrors.keys()) if (isOver(connection)) mirrors.delete(connection);
    for (const connection of registry) {
      if (mirrors.size >= max) return;
      if (!mirrors.has(connection) && !isOver(connection)) show(connection);
    }
  };
  let onEnd = fill;
  const show = (connection: C) => {
    const mirror = inspectConnection(connection, inspector, {
      name: nameOf(connection),
      onEnd: () => onEnd(),
      ...(onDisagreement && { onDisagreement }),
    });
    mirrors.set(connection, mirror);
  };

  fill();
  const unlisten = registry.onAdded(fill);
  return {
    get size() {
      return mirrors.size;
    },
    stop: () => {
      onEnd = () => {};
      unlisten();
      for (const mirror of mirrors.values()) mirror.stop();
      mirrors.clear();
    },
  };
}

/** An inspector shows each actor as a chart: more than this nobody looks through. */
const defaultMax = 32;

function isOver({ stateId }: Inspectable): boolean {
  return states[stateId]?.state === "closed";
}
