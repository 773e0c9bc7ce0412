/** Flow control for ws servers. */
export {
  type Bytes,
  byteLength,
  ChannelError,
  type ChannelLimit,
  type ChannelOptions,
  type ChannelProblem,
  type ChannelView,
  type CoalesceOptions,
  type Coalescing,
  Frame,
  type Message,
  type OriginOptions,
  type OriginVerdict,
  type PublishOptions,
  type PublishResult,
} from "@sluice/runtime/adapter";
export { Admission, type AdmissionOptions } from "./Admission.js";
export { clientAddress } from "./ClientAddress.js";
export { OriginRule, refuseOrigin, sameOrigin } from "./Origin.js";
export type { RouteOptions } from "./RouteOptions.js";
export { Sluice, type SluiceOptions, type WsConnection } from "./Sluice.js";
export { WsTransport } from "./WsTransport.js";
