/** The server over time: four small charts of the last five minutes, or of less while less is known. */
import type uPlot from "uplot";
import type { PastPoint, Snapshot } from "../src/Protocol.js";
import { colour } from "./Palette.js";
import { axis, Plot } from "./Plot.js";
import { ago, bytes, compact } from "./Wording.js";

/** One a second from the page, before that one in five from the server: five minutes at the least. */
const maxPoints = 300;
const shownSeconds = 300;

/** A line of a chart. */
interface Line {
  readonly label: string;
  /** A custom property of the page's style. */
  readonly colour: string;
  readonly read: (now: Snapshot, before: Snapshot | undefined) => number | null;
  /** The same of a moment before the page came; null for what was not noted then. */
  readonly was: (then: PastPoint) => number | null;
}

interface Panel {
  readonly title: string;
  readonly write: (value: number) => string;
  readonly lines: ReadonlyArray<Line>;
}

/** What grew by so much a second; nothing for the first snapshot. */
const perSecond =
  (read: (snapshot: Snapshot) => number) =>
  (now: Snapshot, before: Snapshot | undefined): number | null =>
    before === undefined
      ? null
      : ((read(now) - read(before)) * 1000) / (now.atMillis - before.atMillis);

const panels: ReadonlyArray<Panel> = [
  {
    title: "Messages a second",
    write: (value) => compact(value),
    lines: [
      {
        label: "offered",
        colour: "--soft",
        read: perSecond(({ totals }) => totals.offered),
        was: (then) => then.offeredPerSecond,
      },
      {
        label: "sent",
        colour: "--accent",
        read: perSecond(({ totals }) => totals.delivered),
        was: (then) => then.deliveredPerSecond,
      },
    ],
  },
  {
    title: "Lost a second",
    write: (value) => compact(value),
    lines: [
      {
        label: "lost",
        colour: "--dropping",
        read: perSecond(({ totals }) => totals.lost),
        was: (then) => then.lostPerSecond,
      },
    ],
  },
  {
    title: "Memory",
    write: bytes,
    lines: [
      {
        label: "resident",
        colour: "--accent",
        read: ({ vitals }) => vitals.rssBytes,
        was: (then) => then.rssBytes,
      },
      {
        label: "in outboxes",
        colour: "--paused",
        read: ({ totals }) => totals.bufferedBytes,
        was: (then) => then.bufferedBytes,
      },
    ],
  },
  {
    title: "Event loop late by",
    write: (value) => `${value.toFixed(value < 10 ? 1 : 0)} ms`,
    lines: [
      {
        label: "99 %",
        colour: "--paused",
        read: ({ vitals }) => vitals.loopDelayMillis.p99,
        was: (then) => then.loopDelayMillis?.p99 ?? null,
      },
      {
        label: "median",
        colour: "--accent",
        read: ({ vitals }) => vitals.loopDelayMillis.median,
        was: (then) => then.loopDelayMillis?.median ?? null,
      },
    ],
  },
];

export class TotalsView {
  readonly #panels: ReadonlyArray<PanelView>;
  readonly #seconds: Array<number> = [];
  #before: Snapshot | undefined;

  constructor(root: HTMLElement) {
    this.#panels = panels.map((panel) => new PanelView(root, panel));
  }

  /** Begins with what was before the page came, unless it has begun. */
  begin(points: ReadonlyArray<PastPoint>): void {
    if (this.#seconds.length > 0) return;
    this.#seconds.push(...points.map(({ atMillis }) => atMillis / 1000));
    for (const panel of this.#panels) panel.begin(points);
  }

  update(now: Snapshot): void {
    this.#seconds.push(now.atMillis / 1000);
    if (this.#seconds.length > maxPoints) this.#seconds.shift();
    for (const panel of this.#panels) panel.update(this.#seconds, now, this.#before);
    this.#before = now;
  }

  /** Another server: its past is not this one's. */
  reset(): void {
    this.#before = undefined;
    this.#seconds.length = 0;
    for (const panel of this.#panels) panel.reset();
  }
}

class PanelView {
  readonly #panel: Panel;
  readonly #values: ReadonlyArray<Array<number | null>>;
  readonly #figures: ReadonlyArray<HTMLElement>;
  readonly #plot: Plot;

  constructor(root: HTMLElement, panel: Panel) {
    this.#panel = panel;
    this.#values = panel.lines.map(() => []);
    const figure = root.appendChild(document.createElement("figure"));
    figure.className = "card";
    const caption = figure.appendChild(document.createElement("figcaption"));
    caption.append(panel.title);
    this.#figures = panel.lines.map((line) => {
      const item = caption.appendChild(document.createElement("span"));
      item.style.setProperty("--key", `var(${line.colour})`);
      return item;
    });
    const box = figure.appendChild(document.createElement("div"));
    box.className = "plot";
    box.setAttribute("aria-hidden", "true");
    this.#plot = new Plot(box, options(panel));
  }

  begin(points: ReadonlyArray<PastPoint>): void {
    this.#panel.lines.forEach(({ was }, at) => {
      this.#values[at]?.push(...points.map((point) => was(point)));
    });
  }

  update(seconds: ReadonlyArray<number>, now: Snapshot, before: Snapshot | undefined): void {
    this.#panel.lines.forEach(({ label, read }, at) => {
      const values = this.#values[at] as Array<number | null>;
      const value = read(now, before);
      values.push(value);
      if (values.length > maxPoints) values.shift();
      const figure = this.#figures[at];
      if (figure !== undefined) {
        figure.textContent = `${label} ${value === null ? "–" : this.#panel.write(value)}`;
      }
    });
    this.#plot.show([seconds, ...this.#values] as unknown as uPlot.AlignedData);
  }

  reset(): void {
    for (const values of this.#values) values.length = 0;
  }
}

function options({ lines, write }: Panel): Omit<uPlot.Options, "width" | "height"> {
  return {
    cursor: { show: false },
    legend: { show: false },
    padding: [6, 18, 0, 0],
    scales: {
      x: {
        time: false,
        range: (_, min, max) => [max - Math.min(shownSeconds, Math.max(15, max - min)), max],
      },
      y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] },
    },
    axes: [
      axis({
        size: 22,
        gap: 8,
        grid: { show: false },
        // How long it is that is in sight: all that has to be said.
        splits: (_, __, min, max) => [min, max],
        values: (_, [min = 0, max = 0]) => [ago(max - min), "now"],
      }),
      axis({
        size: 52,
        splits: (_, __, min, max) => [min, max / 2.2, max / 1.1],
        values: (_, splits) => splits.map(write),
      }),
    ],
    series: [
      {},
      ...lines.map((line, at) => ({
        stroke: () => colour(line.colour),
        width: 1.5,
        points: { show: false },
        // The first figure after the past takes two snapshots.
        spanGaps: true,
        ...(at === lines.length - 1 && {
          fill: () => `color-mix(in srgb, ${colour(line.colour)} 14%, transparent)`,
        }),
      })),
    ],
  };
}
