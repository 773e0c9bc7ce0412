/** A line chart that fills its box and follows the colour scheme. */
import uPlot from "uplot";
import { colour, onSchemeChange } from "./Palette.js";

export const plotFont = "11px system-ui, sans-serif";

export class Plot {
  readonly #plot: uPlot;
  readonly #observer: ResizeObserver;

  constructor(box: HTMLElement, options: Omit<uPlot.Options, "width" | "height">) {
    const size = () => ({
      width: Math.max(80, box.clientWidth),
      height: Math.max(40, box.clientHeight),
    });
    this.#plot = new uPlot({ ...options, ...size() }, [[]], box);
    this.#observer = new ResizeObserver(() => this.#plot.setSize(size()));
    this.#observer.observe(box);
    onSchemeChange(() => this.#plot.redraw());
  }

  show(data: uPlot.AlignedData): void {
    this.#plot.setData(data);
  }

  remove(): void {
    this.#observer.disconnect();
    this.#plot.destroy();
  }
}

/** An axis in the page's colours. */
export function axis(options: uPlot.Axis): uPlot.Axis {
  return {
    font: plotFont,
    stroke: () => colour("--soft"),
    grid: { stroke: () => colour("--line"), width: 1 },
    ticks: { show: false },
    ...options,
  };
}
