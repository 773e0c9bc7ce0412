/** Pictures of a tally as SVG files: bytes in outboxes over time, what is lost, and how old messages are. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { overflowStrategies } from "@sluice/core";
import { BarChart, type BarSeriesOption, LineChart, type LineSeriesOption } from "echarts/charts";
import {
  GridComponent,
  type GridComponentOption,
  LegendComponent,
  type LegendComponentOption,
  TitleComponent,
  type TitleComponentOption,
} from "echarts/components";
import { type ComposeOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { feed } from "./feed.js";
import { agesOf, byClass } from "./Outcome.js";
import type { Tally } from "./Tally.js";

type Option = ComposeOption<
  | BarSeriesOption
  | LineSeriesOption
  | GridComponentOption
  | LegendComponentOption
  | TitleComponentOption
>;

use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

/** Writes them into a folder, which is made if it is not there; answers with their paths. */
export function writePlots(tally: Tally, alone: Tally, folder: string): ReadonlyArray<string> {
  mkdirSync(folder, { recursive: true });
  const plots = { held: heldPlot(tally), lost: lostPlot(tally), ages: agesPlot(tally, alone) };
  return Object.entries(plots).map(([name, option]) => {
    const path = join(folder, `simulate-${name}.svg`);
    writeFileSync(path, svg(option));
    return path;
  });
}

function svg(option: Option): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 760, height: 380 });
  chart.setOption({
    animation: false,
    legend: { bottom: 0, itemGap: 20 },
    grid: { left: 80 },
    ...option,
  });
  const text = chart.renderToSVGString();
  chart.dispose();
  return text;
}

function heldPlot(tally: Tally): Option {
  return {
    title: { text: "Bytes in outboxes, MB" },
    xAxis: { type: "value", name: "s", max: feed.seconds },
    yAxis: { type: "value" },
    series: overflowStrategies.map((name, at) => ({
      name,
      type: "line",
      showSymbol: false,
      data: [...(tally.heldBytes[at] ?? [])]
        .slice(1, feed.seconds)
        .map((bytes, second) => [second + 1, bytes / 1e6]),
    })),
  };
}

function lostPlot(tally: Tally): Option {
  const outcomes = byClass(tally);
  return {
    title: { text: "Dropped, rejected or skipped, % of what was made" },
    xAxis: { type: "category", data: tally.classes.map(({ name }) => name) },
    yAxis: { type: "value", max: 100 },
    series: overflowStrategies.map((name) => ({
      name,
      type: "bar",
      data: outcomes.filter(({ strategy }) => strategy === name).map(({ lost }) => lost * 100),
    })),
  };
}

const shares = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999];

function agesPlot(tally: Tally, alone: Tally): Option {
  return {
    title: { text: "Age on arrival, ms, by the share of messages that are younger" },
    xAxis: { type: "category", data: shares.map((share) => `${share * 100} %`) },
    yAxis: { type: "log" },
    series: [
      ...overflowStrategies.map((name) => ageLine(name, agesOf(tally, [name], shares))),
      ageLine("uWebSockets.js alone", agesOf(alone, overflowStrategies, shares)),
    ],
  };
}

const ageLine = (name: string, ages: ReadonlyArray<number>): LineSeriesOption => ({
  name,
  type: "line",
  data: [...ages],
});
