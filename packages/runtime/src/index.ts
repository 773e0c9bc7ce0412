/** The actor of a connection on Effect, its two views, and the registry of connections. */
export { Actor, type ActorOptions } from "./Actor.js";
export { type CloseInfo, type CloseOptions, slowConsumer } from "./CloseInfo.js";
export { Connection } from "./Connection.js";
export { type Loggable, type LogOptions, logConnections } from "./ConnectionLog.js";
export { ConnectionView } from "./ConnectionView.js";
export { defaultQuantum, type Flushable, Flusher, type Quantum } from "./Flusher.js";
export { PlainConnection } from "./PlainConnection.js";
export {
  type AnyConnection,
  assessEveryMillis,
  assessing,
  ConnectionRegistry,
  type HealthChange,
  healthChanges,
  type Registrable,
  Registry,
} from "./Registry.js";
export { SendError } from "./SendError.js";
export { SendStatus, type Transport } from "./Transport.js";
