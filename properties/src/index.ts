/** The laws of a bounded, backpressured sender, and what it takes to check them on any. */

export { Breach, type Finding } from "./Breach.js";
export { SubjectError } from "./boundary/SubjectError.js";
export { rules } from "./catalogue.js";
export { checks } from "./checks.js";
export { type Budget, quick, thorough } from "./conformance/Budget.js";
export {
  type Case,
  type ConformanceOptions,
  cases,
  conform,
  replay,
} from "./conformance/conform.js";
export {
  addToCorpus,
  type Regression,
  RegressionError,
  readCorpus,
} from "./conformance/Regression.js";
export { inWords, type Verdict } from "./conformance/Verdict.js";
export {
  type Counterexample,
  type Diagnosis,
  describeCounterexample,
  diagnose,
  type Evidence,
  type ExhaustiveReport,
  type ExhaustiveScope,
  type ExhaustOptions,
  exhaust,
  fastScope,
  fullScope,
  type SpaceReport,
} from "./exhaustive/index.js";
export { type ConfigurationScope, configurations } from "./generators/configurations.js";
export { anything, type TraceScope, traces } from "./generators/traces.js";
export {
  type Entry,
  type EntryOf,
  entriesOf,
  type History,
  pictures,
  quietMoments,
  type Way,
} from "./History.js";
export { Coverage, type Landmark } from "./Landmark.js";
export { Model, reference } from "./Model.js";
export { describe, ending, everything, Operation, Trace } from "./Operation.js";
export { type Performance, Player, play } from "./Player.js";
export { type Check, inHistory, type Level, type Rule, type Trial, title } from "./Rule.js";
export {
  type Capability,
  capabilities,
  type Ending,
  type Eventually,
  holding,
  type MakeSystem,
  type Message,
  type Step,
  type Subject,
  type System,
} from "./System.js";
export { actor } from "./systems/actor.js";
export { boundedQueue, droppingQueue, slidingQueue } from "./systems/effectQueue.js";
export { outbox, outboxSystem } from "./systems/outbox.js";
export { sender } from "./systems/sender.js";
