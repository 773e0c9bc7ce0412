/** The chart of a connection: as a picture, and as JSON for Stately's editor. */
export { chartJson } from "./chartJson.js";
export { chartSvg } from "./chartSvg.js";
