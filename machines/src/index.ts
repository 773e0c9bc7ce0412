/** The connection's statechart, its watermarks and its transition table. XState only: no clock, no I/O. */
export { connectionMachine } from "./connectionMachine.js";
export { LiveChart, type LiveChartOptions } from "./LiveChart.js";
export { mermaid } from "./mermaid.js";
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
