/** The connection's transition table and its watermarks. No library, no clock, no I/O. */
export { connectionStates, healths, isOpen, ladder, rungs, severityOf } from "./ladder.js";
export {
  Action,
  actionMasks,
  actions,
  actionsOf,
  type ConnectionAction,
  type ConnectionEvent,
  type ConnectionState,
  Event,
  events,
  type Health,
  next,
  states,
  type TableState,
} from "./TransitionTable.js";
export { type WatermarkOptions, type Watermarks, watermarks } from "./Watermarks.js";
