/** The suite that every adapter runs: cases by name, for whatever runs tests. */
import type { AdapterCase } from "./AdapterCase.js";
import { channels } from "./channels.js";
import { coalescing } from "./coalescing.js";
import { delivery } from "./delivery.js";
import { ends } from "./ends.js";
import { household } from "./household.js";
import { incoming } from "./incoming.js";
import { labels } from "./labels.js";
import { memory } from "./memory.js";
import { pings } from "./pings.js";
import { pressure } from "./pressure.js";
import { receipts } from "./receipts.js";
import { resuming } from "./resuming.js";
import { snapshot } from "./snapshot.js";
import { tails } from "./tails.js";

export type { Adapter, AnySluice, ServeOptions, Serving } from "./Adapter.js";
export type { AdapterCase } from "./AdapterCase.js";
export { type ClientEnd, RawClient } from "./RawClient.js";

/**
 * What must hold of an adapter on real sockets of the loopback. A case rejects when it does not.
 *
 * @example
 * ```ts
 * import { adapterCases } from "@sluice/runtime/testing";
 *
 * // With any runner: for (const { name, run } of adapterCases) test(name, () => run(adapter));
 * new Set(adapterCases.map(({ name }) => name)).size === adapterCases.length; // => true
 * ```
 */
export const adapterCases: ReadonlyArray<AdapterCase> = [
  ...delivery,
  ...pressure,
  ...receipts,
  ...pings,
  ...ends,
  ...tails,
  ...household,
  ...memory,
  ...channels,
  ...labels,
  ...resuming,
  ...snapshot,
  ...coalescing,
  ...incoming,
];
