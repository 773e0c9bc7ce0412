/** The connections of a server, shown to an inspector as they come and go. */
import { aFunction, checkOptions } from "@sluice/core";
import { states } from "@sluice/machines";
import type { DisagreementError } from "./DisagreementError.js";
import { inspectConnection } from "./inspectConnection.js";
import {
  type ActorInspector,
  type Inspectable,
  type Mirror,
  nameOf as nameOfConnection,
} from "./Mirror.js";

/** What it needs of a registry of connections. */
export interface Arrivals<C> {
  /** Visits everyone who is there and who comes, and calls what `visit` returned when that one goes. Returns how to stop. */
  follow(visit: (connection: C) => () => void): () => void;
}

export interface InspectAllOptions<C> {
  /** Connections that are shown at once, by default 32; more wait until one of them ends. A whole number from 1. */
  readonly max?: number;
  /** What the inspector calls a connection; by default its id, and its label if it has one. */
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
 * import { Inspector, inspectAll } from "@sluice/stately";
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
 * @throws {ConfigurationError} when an option is not valid.
 */
export function inspectAll<C extends Inspectable>(
  registry: Arrivals<C>,
  inspector: ActorInspector,
  options: InspectAllOptions<C> = {},
): Inspection {
  checkOptions(options, "inspectAll", rules);
  const { max = defaultMax, nameOf = nameOfConnection, onDisagreement } = options;
  const mirrors = new Map<C, Mirror>();
  /** Who is there and has not been shown, the oldest first. */
  const waiting = new Set<C>();
  // A connection whose mirror ended early, by a disagreement, keeps its place: it is not mirrored anew.
  const fill = () => {
    for (const connection of mirrors.keys()) if (isOver(connection)) mirrors.delete(connection);
    for (const connection of waiting) {
      if (mirrors.size >= max) return;
      waiting.delete(connection);
      if (!isOver(connection)) show(connection);
    }
  };
  const show = (connection: C) => {
    const mirror = inspectConnection(connection, inspector, {
      name: nameOf(connection),
      onEnd: () => fill(),
      ...(onDisagreement && { onDisagreement }),
    });
    mirrors.set(connection, mirror);
  };
  const unfollow = registry.follow((connection) => {
    waiting.add(connection);
    fill();
    return () => {
      waiting.delete(connection);
      mirrors.get(connection)?.stop();
      mirrors.delete(connection);
    };
  });
  return {
    get size() {
      return mirrors.size;
    },
    stop: () => {
      waiting.clear();
      unfollow();
    },
  };
}

/** An inspector shows each actor as a chart: more than this nobody looks through. */
const defaultMax = 32;

/** What `InspectAllOptions` must be. */
const rules = {
  max: [
    (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1,
    "must be a whole number from 1",
  ],
  nameOf: aFunction,
  onDisagreement: aFunction,
} as const;

function isOver({ stateId }: Inspectable): boolean {
  return states[stateId]?.state === "closed";
}
