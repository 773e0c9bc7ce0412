/** Fill over time against the marks: the states as bands behind it, its events as ticks below. */
import type uPlot from "uplot";
import type { Marks } from "../src/Protocol.js";
import type { History } from "./History.js";
import { colour } from "./Palette.js";
import { axis, Plot, plotFont } from "./Plot.js";

/** What is in sight: a minute, and less while less is known. */
const clamp = (seconds: number) => Math.min(60, Math.max(15, seconds));

/** Where the axis is lettered, in seconds before now. */
const quarters = [60, 45, 30, 15, 10, 5, 0];

export class TimelinePlot {
  readonly #plot: Plot;
  #history: History | undefined;

  constructor(box: HTMLElement) {
    this.#plot = new Plot(box, {
      cursor: { show: false },
      legend: { show: false },
      padding: [10, 56, 0, 0],
      scales: {
        x: { time: false, range: (_, min, max) => [max - clamp(max - min), max] },
        y: { range: [0, 1.04] },
      },
      axes: [
        axis({
          size: 24,
          splits: (_, __, min, max) => quarters.map((ago) => max - ago).filter((at) => at >= min),
          values: (_, splits) =>
            splits.map((at) =>
              at === splits.at(-1) ? "now" : `−${Math.round((splits.at(-1) ?? 0) - at)} s`,
            ),
        }),
        axis({
          size: 44,
          splits: () => [0, 0.25, 0.5, 0.75, 1],
          values: (_, splits) => splits.map((fill) => `${fill * 100} %`),
        }),
      ],
      series: [{}, { stroke: () => colour("--ink"), width: 1.5, points: { show: false } }],
      hooks: {
        drawClear: [(plot) => this.#drawBands(plot)],
        drawAxes: [(plot) => this.#drawMarks(plot)],
        draw: [(plot) => this.#drawEvents(plot)],
      },
    });
  }

  show(history: History): void {
    this.#history = history;
    this.#plot.show([history.millis.map((millis) => millis / 1000), history.fills]);
  }

  #drawBands(plot: uPlot): void {
    const { bands = [], millis = [] } = this.#history ?? {};
    const { ctx, bbox } = plot;
    const end = millis.at(-1) ?? 0;
    bands.forEach(({ atMillis, state }, at) => {
      const left = Math.max(bbox.left, x(plot, atMillis));
      const right = Math.min(bbox.left + bbox.width, x(plot, bands[at + 1]?.atMillis ?? end));
      if (right <= left) return;
      ctx.globalAlpha = 0.22;
      ctx.fillStyle = colour(`--${state}`);
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
      ctx.globalAlpha = 1;
    });
  }

  #drawMarks(plot: uPlot): void {
    const marks = this.#history?.latest?.marks;
    if (marks === undefined) return;
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.font = scaledFont();
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    for (const { name, fill, isCleared } of linesOf(marks)) {
      const y = plot.valToPos(fill, "y", true);
      ctx.strokeStyle = ctx.fillStyle = colour(`--${name}`);
      ctx.setLineDash(isCleared ? [2 * devicePixelRatio, 4 * devicePixelRatio] : []);
      ctx.lineWidth = devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      if (!isCleared) ctx.fillText(name, bbox.left + bbox.width + 6 * devicePixelRatio, y);
    }
    ctx.restore();
  }

  #drawEvents(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const bottom = bbox.top + bbox.height;
    ctx.save();
    for (const { atMillis, state } of this.#history?.happenings ?? []) {
      const at = x(plot, atMillis);
      if (at < bbox.left) break;
      ctx.fillStyle = colour(`--${state}`);
      ctx.fillRect(at, bottom - 8 * devicePixelRatio, 1.5 * devicePixelRatio, 8 * devicePixelRatio);
    }
    ctx.restore();
  }
}

/** Where the marks are reached, and below them, dotted, where they are cleared. */
function linesOf({ throttleAt, pauseAt, hysteresis }: Marks) {
  return [
    { name: "throttled", fill: throttleAt, isCleared: false },
    { name: "throttled", fill: throttleAt - hysteresis, isCleared: true },
    { name: "paused", fill: pauseAt, isCleared: false },
    { name: "paused", fill: pauseAt - hysteresis, isCleared: true },
    { name: "dropping", fill: 1, isCleared: false },
  ];
}

function x(plot: uPlot, atMillis: number): number {
  return plot.valToPos(atMillis / 1000, "x", true);
}

/** The canvas counts in device pixels. */
function scaledFont(): string {
  return plotFont.replace("11px", `${11 * devicePixelRatio}px`);
}
