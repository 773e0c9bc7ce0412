/** Every check of the kit, in the order of the rules. */
import type { Check } from "../Rule.js";
import { agreement, chartAgrees } from "./agreement.js";
import { bounded, boundedWaiters } from "./bounds.js";
import { conservation, conservationOfBytes } from "./conservation.js";
import { countersGrow, onlySlowness } from "./counters.js";
import {
  closedIsTheEnd,
  interruptedIsOut,
  nothingVanishes,
  oneFate,
  order,
  reported,
} from "./fate.js";
import {
  independence,
  interruptionLeavesNothing,
  snapshotContinues,
  stalledNeighbour,
} from "./interference.js";
import {
  drainIsHeard,
  everyoneIsTold,
  noLostWakeUp,
  nothingRemains,
  nothingUnderPressure,
  recovers,
  watchdogFinds,
} from "./liveness.js";
import { batches, capacity, payloads, timeInPieces, timeScales } from "./metamorphic.js";
import { dropAll, dropNewest, dropOldest, lastStay } from "./overflow.js";
import {
  delayIsMonotone,
  hoveringIsCalm,
  noFlap,
  stateAgrees,
  statesAreEntered,
} from "./states.js";
import { anyClock, block, blockKeeps, delayIsBounded, delayIsKept } from "./waiting.js";

export const checks: ReadonlyArray<Check> = [
  conservation,
  conservationOfBytes,
  bounded,
  boundedWaiters,
  oneFate,
  nothingVanishes,
  order,
  dropNewest,
  dropOldest,
  lastStay,
  block,
  blockKeeps,
  dropAll,
  reported,
  countersGrow,
  delayIsBounded,
  delayIsKept,
  delayIsMonotone,
  stateAgrees,
  statesAreEntered,
  noFlap,
  hoveringIsCalm,
  closedIsTheEnd,
  anyClock,
  interruptedIsOut,
  interruptionLeavesNothing,
  nothingRemains,
  nothingUnderPressure,
  recovers,
  everyoneIsTold,
  noLostWakeUp,
  drainIsHeard,
  watchdogFinds,
  stalledNeighbour,
  batches,
  payloads,
  timeScales,
  capacity,
  timeInPieces,
  independence,
  agreement,
  chartAgrees,
  snapshotContinues,
  onlySlowness,
];
