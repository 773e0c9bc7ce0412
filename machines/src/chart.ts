/** The connection's statechart, for whoever draws it, runs it or looks into it. Needs XState. */
export { connectionMachine } from "./connectionMachine.js";
export { LiveChart, type LiveChartOptions } from "./LiveChart.js";
export { mermaid } from "./mermaid.js";
export { printed, type Table, tableOf } from "./tableOf.js";
