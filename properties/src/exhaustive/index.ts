/** Exhaustive checks of the shipping code: every state of small spaces, every rule on every edge. */
export { Audit } from "./Audit.js";
export { fairCycle, type Lasso, type Part } from "./components.js";
export { type Diagnosis, diagnose, type Evidence } from "./diagnose.js";
export {
  type Counterexample,
  compressed,
  describeCounterexample,
  type ExhaustiveReport,
  type SpaceReport,
} from "./ExhaustiveReport.js";
export { type ExhaustOptions, exhaust, shipping } from "./exhaust.js";
export { type ExhaustiveScope, fastScope, fullScope, markChoices } from "./families.js";
export {
  type Edge,
  explore as exploreGraph,
  type Graph,
  type Space,
  SpaceTooLarge,
} from "./Graph.js";
export type { MakeSubject, Message as MarkedMessage, Subject as OutboxSubject } from "./Harness.js";
