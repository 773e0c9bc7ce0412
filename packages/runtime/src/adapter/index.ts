/** What an adapter for a WebSocket server is made of: a server's population, and what all sockets have in common. */

export { FlowControlledServer, scopedServer } from "../hub/FlowControlledServer.js";
export { Hub } from "../hub/Hub.js";
export type { HubConnection, HubOptions } from "../hub/HubOptions.js";
export type { Opening, SocketEnd, SocketKind } from "../hub/Opening.js";
export type { BroadcastResult } from "../hub/Population.js";
export { type Bytes, isGone } from "./Bytes.js";
export { bytesOf, Frame, wireOf } from "./Frame.js";
export { byteLength, type Message } from "./Message.js";
export {
  type HeaderValues,
  type OriginOptions,
  OriginPolicy,
  type OriginVerdict,
  refusalOf,
} from "./OriginPolicy.js";
export type { Pingable, Unread } from "./Pingable.js";
export { type Ends, SocketTransport } from "./SocketTransport.js";
