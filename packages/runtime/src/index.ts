/** The actor of a connection on Effect, its two views, and the registry of connections. */
export { Actor } from "./Actor.js";
export type { ActorOptions } from "./ActorOptions.js";
export { attempt, type Failed, hear } from "./Attempt.js";
export {
  type CloseInfo,
  type CloseOptions,
  type Farewell,
  farewell,
  slowConsumer,
} from "./CloseInfo.js";
export { Connection } from "./Connection.js";
export { type Loggable, type LogOptions, logConnections } from "./ConnectionLog.js";
export { ConnectionView, type Look } from "./ConnectionView.js";
export { defaultQuantum, type Flushable, Flusher, type Quantum } from "./Flusher.js";
export { assessEveryMillis, assessing, healthChanges } from "./hub/assessing.js";
export {
  ConnectionRegistry,
  type HealthChange,
  type Registrable,
  type RegistryOptions,
} from "./hub/ConnectionRegistry.js";
export { type AnyConnection, Registry } from "./hub/Registry.js";
export { type Identity, Nameplate } from "./Nameplate.js";
export { PlainConnection, type SendOptions } from "./PlainConnection.js";
export { SendError } from "./SendError.js";
export { defaultTraits, SendStatus, type Transport, type TransportTraits } from "./Transport.js";
export { UnsendableError } from "./UnsendableError.js";
export { Vigil, type VigilTime } from "./Vigil.js";
