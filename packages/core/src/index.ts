/** Flow control, pure and synchronous: configuration, outbox, overflow, delay, statistics, health. */
export type { ConnectionState, Health } from "@sluice/machines";
export { Account, type AccountParts } from "./budget/Account.js";
export type { Budget } from "./budget/Budget.js";
export {
  type Configuration,
  type ConfigurationOptions,
  configuration,
  defaults,
  longestMillis,
  watermarksOf,
} from "./configuration/Configuration.js";
export {
  ConfigurationError,
  type ConfigurationProblem,
} from "./configuration/ConfigurationError.js";
export {
  type OverflowRule,
  type OverflowStrategy,
  overflowRules,
  overflowStrategies,
} from "./configuration/OverflowStrategy.js";
export { FlowControlledSender, type Timer } from "./FlowControlledSender.js";
export {
  type BufferLevel,
  BufferLevelError,
  type ControllerStatistics,
  FlowController,
  type FullDecision,
} from "./FlowController.js";
export {
  type DropReason,
  dropReasons,
  drops,
  type Fate,
  type RejectReason,
  rejections,
  rejectReasons,
} from "./fate.js";
export type { ClosingSnapshot } from "./flow/Deadlines.js";
export { type DelaySettings, delayMillis } from "./flow/Delay.js";
export { Elapsed } from "./flow/Elapsed.js";
export { Flow, type FlowSnapshot, type StepListener } from "./flow/Flow.js";
export {
  Label,
  type LabelOptions,
  type LaneName,
  labelRules,
  laneNames,
  type Place,
} from "./label/Label.js";
export { type LaneOptions, laneConfiguration } from "./label/lanes.js";
export { type LossReason, type TopicGap, TopicGaps } from "./label/TopicGaps.js";
export type { Held, LabelSnapshot } from "./lane/Held.js";
export { Ring } from "./lane/Ring.js";
export {
  degradedAt,
  dropRate,
  healthOf,
  RecentDropRate,
  type RecentMark,
  type RecentRates,
  type RecentSnapshot,
  unhealthyAbove,
} from "./ledger/DropRate.js";
export { type Condition, type Recommendation, recommend } from "./ledger/Recommendation.js";
export { imbalance, lost, type Statistics } from "./ledger/Statistics.js";
export { Tally, total, type Volume } from "./ledger/Volume.js";
export type { RoomMaker } from "./line/Admission.js";
export { Waiter } from "./line/Waiter.js";
export type { WaitingSnapshot } from "./line/WaitingLine.js";
export {
  type Accepted,
  accepted,
  acceptedByEvicting,
  type OfferResult,
  type Rejected,
  rejected,
} from "./OfferResult.js";
export { Outbox } from "./Outbox.js";
export type { OutboxOptions } from "./OutboxOptions.js";
export type { Beside } from "./OutboxParts.js";
export { type OutboxSnapshot, SnapshotError } from "./OutboxSnapshot.js";
export { type Past, statisticsAtRest } from "./Past.js";
export { describeProblem, type Issue, type Problem, problemsOf } from "./problems/Problem.js";
export { ProblemsError } from "./problems/ProblemsError.js";
export {
  aBoolean,
  aFunction,
  checkOptions,
  mustBeFunction,
  number,
  oneOf,
  orWord,
  type Rule,
  type Shape,
  type Shapes,
  wholeNumber,
  withoutUndefined,
} from "./problems/Rules.js";
export { isPlainObject, kindOf, shown } from "./problems/Shown.js";
export { type Inspect, speaks, spoken } from "./problems/Spoken.js";
export { retryAfterMillis, withRetry } from "./RetryHint.js";
export { Flight, type HandedOver } from "./receipts/Flight.js";
export {
  unlimitedBytes,
  Window,
  type WindowAnswer,
  type WindowSetting,
  windowBounds,
} from "./receipts/Window.js";
