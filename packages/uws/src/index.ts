/** Flow control for uWebSockets.js servers. */
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
export { Sluice, type SluiceOptions, type UwsConnection } from "./Sluice.js";
export { UwsTransport } from "./UwsTransport.js";
