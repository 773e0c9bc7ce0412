/** Exhaustive checks of the shipping code: every state of small spaces, every rule on every edge. */

export type { Message as MarkedMessage } from "../laws/Transition.js";
export { fairCycle } from "./components.js";
export type { MakeSubject, Subject as OutboxSubject } from "./Driver.js";
export { type Diagnosis, diagnose, type Evidence } from "./diagnose.js";
export {
  type Counterexample,
  describeCounterexample,
  type ExhaustiveReport,
  type SpaceReport,
} from "./ExhaustiveReport.js";
export { type ExhaustOptions, exhaust } from "./exhaust.js";
export { type ExhaustiveScope, fastScope, fullScope } from "./families.js";
export { explore as exploreGraph } from "./Graph.js";
