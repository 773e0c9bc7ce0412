/** What of the bench other programs of this workspace use: processes, sockets reduced to a reader, where it was measured. */
export { Child, type ChildOptions } from "./Child.js";
export { type Circumstances, circumstances, inWords } from "./machine.js";
export { monotonicMillis } from "./scale/protocol.js";
export {
  closeByte,
  type FrameListener,
  FrameReader,
  maskedFrame,
  pongOf,
  textByte,
} from "./sockets/FrameReader.js";
export { opened, upgradeRequest } from "./sockets/handshake.js";
export { listen } from "./sockets/listen.js";
