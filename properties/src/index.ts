/** The laws of a bounded, backpressured sender, and what it takes to check them on any. */
export { type ConfigurationScope, configurations } from "./configurations.js";
export {
  type Entry,
  type EntryOf,
  entriesOf,
  type History,
  pictures,
  quietMoments,
  type Way,
} from "./History.js";
export { type Landmark, mark } from "./Landmark.js";
export { LiveChart } from "./LiveChart.js";
export { Model } from "./Model.js";
export { describe, ending, everything, type Operation, type Trace } from "./Operation.js";
export { outboxSystem } from "./OutboxSystem.js";
export { Player, play } from "./play.js";
export { type Regression, regressions } from "./Regression.js";
export { type Rule, title, violation } from "./Rule.js";
export { bounded, boundedWaiters } from "./rules/bounds.js";
export { conservation, conservationOfBytes } from "./rules/conservation.js";
export { countersGrow } from "./rules/counters.js";
export { closedIsTheEnd, oneFate, order, reported } from "./rules/fate.js";
export { dropAll, dropNewest, dropOldest } from "./rules/overflow.js";
export { noFlap, stateAgrees, statesAreEntered } from "./rules/states.js";
export { anyClock, block, delayIsBounded, delayIsKept, delayIsMonotone } from "./rules/waiting.js";
export type { Ending, MakeSystem, Message, Step, System } from "./System.js";
export { anything, type TraceScope, traces } from "./traces.js";
export { explore, type Scope, verify } from "./verify.js";
