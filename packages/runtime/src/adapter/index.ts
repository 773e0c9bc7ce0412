/** What an adapter for a WebSocket server is made of: a server's population, and what all sockets have in common. */

export { serveAmong } from "../actor/Among.js";
export { type AdmissionLimits, AdmissionPolicy } from "../admission/AdmissionPolicy.js";
export { type Refusal, type Refused, refusalFor } from "../admission/Refusal.js";
export type { BudgetUse } from "../budget/MemoryBudget.js";
export type { Bus, BusNode, BusStatistics, Room, Stored } from "../bus/Bus.js";
export { BusError } from "../bus/BusError.js";
export { ChannelError, type ChannelProblem } from "../channels/ChannelError.js";
export type { ChannelLabel } from "../channels/ChannelLabels.js";
export type { ChannelLimit } from "../channels/ChannelLimits.js";
export { checkName, checkPattern, isPattern, isWild, matcher } from "../channels/ChannelName.js";
export type { ChannelOptions } from "../channels/ChannelOptions.js";
export type { ChannelView } from "../channels/ChannelView.js";
export type { PublishOptions } from "../channels/Publisher.js";
export type { PublishResult } from "../channels/PublishResult.js";
export { type ChannelRequest, channelRequest } from "../history/ChannelRequest.js";
export type { HistoryLimit } from "../history/HistoryOptions.js";
export type { BusPast, Gap, GapReason, Kept, Past, Place, ReadLimits } from "../history/Past.js";
export type { Resumed, Resumption } from "../history/Resumption.js";
export type { ChannelNotice, ChannelWire, Stamp } from "../history/Wire.js";
export { FlowControlledServer, scopedServer } from "../hub/FlowControlledServer.js";
export { Hub } from "../hub/Hub.js";
export type { HubConnection, HubOptions } from "../hub/HubOptions.js";
export type { Opening, SocketEnd, SocketKind } from "../hub/Opening.js";
export { ServerConnection } from "../hub/ServerConnection.js";
export type { IncomingLoss, IncomingStatistics } from "../incoming/IncomingCounts.js";
export type { IncomingOptions } from "../incoming/IncomingOptions.js";
export type { Joined, JoinOptions } from "../snapshot/JoinOptions.js";
export { SnapshotError, type SnapshotProblem } from "../snapshot/SnapshotError.js";
export type { Snapshot, SnapshotSource } from "../snapshot/Source.js";
export { type Bytes, isGone } from "./Bytes.js";
export type { CoalesceOptions, Coalescing } from "./Coalescer.js";
export { Deferred, type DeferredOptions } from "./Deferred.js";
export { bytesOf, Frame, frameOfBytes, wireOf } from "./Frame.js";
export { type GapOptions, gapJson } from "./GapWire.js";
export { byteLength, type Encoded, encoded, frameOf, type Message } from "./Message.js";
export {
  type HeaderValues,
  type OriginOptions,
  OriginPolicy,
  type OriginVerdict,
  refusalOf,
} from "./OriginPolicy.js";
export type { Pingable, Unread } from "./Pingable.js";
export { type Ends, SocketTransport } from "./SocketTransport.js";
export type { Topics } from "./Topics.js";
