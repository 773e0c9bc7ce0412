/** Flow control, pure and synchronous: configuration, outbox, overflow, delay, statistics, health. */
export type { ConnectionState, Health } from "@sluice/machines";
export {
  type Configuration,
  ConfigurationError,
  type ConfigurationOptions,
  type ConfigurationProblem,
  configuration,
  defaults,
  watermarksOf,
} from "./Configuration.js";
export { type DelaySettings, delayMillis } from "./Delay.js";
export { degradedAt, dropRate, healthOf, RecentDropRate, unhealthyAbove } from "./DropRate.js";
export { Elapsed } from "./Elapsed.js";
export { Flow, type StepListener } from "./Flow.js";
export { FlowControlledSender, type Timer } from "./FlowControlledSender.js";
export {
  type BufferLevel,
  type ControllerStatistics,
  FlowController,
  type FullDecision,
} from "./FlowController.js";
export {
  type Accepted,
  accepted,
  acceptedByEvicting,
  type DropReason,
  dropReasons,
  type OfferResult,
  type Rejected,
  type RejectReason,
  rejected,
  rejectReasons,
} from "./OfferResult.js";
export { Outbox, type OutboxOptions } from "./Outbox.js";
export {
  type FlowSnapshot,
  type Held,
  type OutboxSnapshot,
  type RecentSnapshot,
  SnapshotError,
  type WaitingSnapshot,
} from "./OutboxSnapshot.js";
export {
  type OverflowRule,
  type OverflowStrategy,
  overflowRules,
  overflowStrategies,
} from "./OverflowStrategy.js";
export { describeProblem, type Problem, problemsOf } from "./Problem.js";
export { type Condition, type Recommendation, recommend } from "./Recommendation.js";
export { imbalance, type Statistics, total, type Volume } from "./Statistics.js";
export { Waiter } from "./Waiter.js";
