/** What is allowed in the limits of a lane and in a label, and unwise. */
import type { Besides } from "./ConfigurationFile.js";
import { type Danger, remediedDangers } from "./dangers.js";

/** Those of a configuration that are of a lane too: it has no marks that anybody sees. */
const ofLanes = ["too few bytes", "no waiters", "no time to wait"];

export function dangersOfLane({ name, settings }: Besides["lanes"][number]): ReadonlyArray<Danger> {
  return remediedDangers(settings, ofLanes).map(({ what, ...rest }) => ({
    what: `lane ${name}: ${what}`,
    ...rest,
  }));
}

/** What is offered waits for the end of its turn of the event loop, which is a millisecond or more under load. */
const leastTtlMillis = 10;

export function dangersOfLabel({
  channel,
  label,
}: Besides["labels"][number]): ReadonlyArray<Danger> {
  if (label.ttlMillis >= leastTtlMillis) return [];
  return [
    {
      what: `labels of ${channel}: a message expires before it is sent: it waits for the end of its turn, and ttlMillis is ${label.ttlMillis}`,
      evidence: [],
      remedy: {
        set: {},
        rule: `ttlMillis must be at least ${leastTtlMillis}, some turns of the event loop`,
      },
    },
  ];
}
