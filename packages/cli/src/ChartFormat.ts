/** The forms in which `sluice chart` prints the chart. */
export const chartFormats = ["mermaid", "json", "svg"] as const;

export type ChartFormat = (typeof chartFormats)[number];
