/** Flow control for uWebSockets.js servers. */
export { byteLength, Frame, type Message } from "./Frame.js";
export {
  type BroadcastResult,
  Sluice,
  type SluiceOptions,
  type UwsConnection,
} from "./Sluice.js";
export { UwsTransport } from "./UwsTransport.js";
