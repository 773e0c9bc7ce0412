/** `sluice chart`: the chart of a connection, for a document, Stately's editor or a picture. */
import { chartJson, chartSvg } from "@sluice/chart";
import { mermaid } from "@sluice/machines/chart";
import type { ChartFormat } from "./ChartFormat.js";

export function chart(format: ChartFormat): string {
  switch (format) {
    case "mermaid":
      return mermaid();
    case "json":
      return chartJson();
    case "svg":
      return chartSvg();
    default:
      return format satisfies never;
  }
}
