/** Flow control for ws servers. */
export {
  type BroadcastResult,
  type Bytes,
  byteLength,
  Frame,
  type Message,
  type OriginOptions,
  type OriginVerdict,
} from "@sluice/runtime/adapter";
export { OriginRule, refuseOrigin, sameOrigin } from "./Origin.js";
export type { RouteOptions } from "./RouteOptions.js";
export { Sluice, type SluiceOptions, type WsConnection } from "./Sluice.js";
export { WsTransport } from "./WsTransport.js";
