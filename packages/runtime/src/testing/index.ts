/** For tests of programs that send: a transport that does what it is told, a flusher and a clock moved by hand; for adapters, a suite. */
export {
  type Adapter,
  type AdapterCase,
  type AnySluice,
  adapterCases,
  type ClientEnd,
  RawClient,
  type ServeOptions,
  type Serving,
} from "./adapter/index.js";
export { LocalBus, LocalNetwork } from "./LocalBus.js";
export { ManualClock } from "./ManualClock.js";
export { ManualFlusher } from "./ManualFlusher.js";
export { ScriptedClient } from "./ScriptedClient.js";
export { ScriptedTransport } from "./ScriptedTransport.js";
