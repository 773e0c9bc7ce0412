/** The actor of a connection on Effect, its two views, and the registry of connections. */
export { Actor } from "./actor/Actor.js";
export type { ActorOptions } from "./actor/ActorOptions.js";
export { attempt, type Failed, hear } from "./actor/Attempt.js";
export {
  type CloseInfo,
  type CloseOptions,
  type Closure,
  type Farewell,
  farewell,
  slowConsumer,
} from "./actor/CloseInfo.js";
export type { Eviction } from "./actor/Eviction.js";
export { defaultQuantum, type Flushable, Flusher, type Quantum } from "./actor/Flusher.js";
export { type Lanes, type LanesOptions, lanesOf } from "./actor/Lanes.js";
export type { Identity } from "./actor/Nameplate.js";
export type { GapWire } from "./actor/Notices.js";
export type {
  ConnectionStatistics,
  ReceiptStatistics,
  ReceiptStatus,
} from "./actor/ReceiptStatistics.js";
export type { ErrorListener } from "./actor/Reporter.js";
export type { Condition, Rung } from "./actor/Rung.js";
export { UnsendableError } from "./actor/UnsendableError.js";
export { Vigil, type VigilTime } from "./actor/Vigil.js";
export type { Pingable, Unread } from "./adapter/Pingable.js";
export {
  defaultTraits,
  SendStatus,
  type Transport,
  type TransportTraits,
} from "./adapter/Transport.js";
export { assessEveryMillis, assessing, healthChanges } from "./hub/assessing.js";
export {
  ConnectionRegistry,
  type HealthChange,
  type Registrable,
  type RegistryOptions,
} from "./hub/ConnectionRegistry.js";
export { Evictions } from "./hub/Evictions.js";
export { type AnyConnection, Registry } from "./hub/Registry.js";
export { Connection } from "./view/Connection.js";
export { ConnectionView, type Look } from "./view/ConnectionView.js";
export type { Labelled, Labelling } from "./view/Labelled.js";
export { PlainConnection, type SendOptions } from "./view/PlainConnection.js";
export { SendError } from "./view/SendError.js";
export { type Loggable, type LogOptions, logConnections } from "./watch/ConnectionLog.js";
