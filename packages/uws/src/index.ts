/** Flow control for uWebSockets.js servers. */
export { Label, type LabelOptions, type LaneOptions, type TopicGap } from "@sluice/core";
export type { LanesOptions } from "@sluice/runtime";
export {
  type Bytes,
  byteLength,
  ChannelError,
  type ChannelLabel,
  type ChannelLimit,
  type ChannelNotice,
  type ChannelOptions,
  type ChannelProblem,
  type ChannelRequest,
  type ChannelView,
  type ChannelWire,
  type CoalesceOptions,
  type Coalescing,
  channelRequest,
  Deferred,
  type DeferredOptions,
  Frame,
  type Gap,
  type GapOptions,
  type GapReason,
  gapJson,
  type HistoryLimit,
  type Joined,
  type JoinOptions,
  type Message,
  type OriginOptions,
  type OriginVerdict,
  type PublishOptions,
  type PublishResult,
  type Resumed,
  type Resumption,
  type Snapshot,
  SnapshotError,
  type SnapshotProblem,
  type SnapshotSource,
  type Stamp,
} from "@sluice/runtime/adapter";
export { Admission, type AdmissionOptions } from "./Admission.js";
export { clientAddress } from "./ClientAddress.js";
export { OriginRule, refuseOrigin, sameOrigin } from "./Origin.js";
export { Sluice, type SluiceOptions, type UwsConnection } from "./Sluice.js";
export { UwsTransport } from "./UwsTransport.js";
