/** Live connections in Stately's inspector. */
export { DisagreementError, type Standing } from "./DisagreementError.js";
export { Inspector } from "./Inspector.js";
export {
  type Arrivals,
  type InspectAllOptions,
  type Inspection,
  inspectAll,
} from "./inspectAll.js";
export { inspectConnection } from "./inspectConnection.js";
export { type ActorInspector, type Inspectable, Mirror, type MirrorOptions } from "./Mirror.js";
export { Relay, RelayError, type RelayOptions } from "./Relay.js";
export { defaultRelayUrl, type RelayLinkOptions, RelayUrlError } from "./RelayLink.js";
