/** The chart as a picture: states as boxes, parallel regions side by side, light or dark as the reader has it. */
import { connectionMachine } from "@sluice/machines/chart";
import type { AnyStateMachine, AnyStateNode } from "xstate";
import {
  type Arrow,
  type Below,
  type Box,
  chartLayout,
  headline,
  internalTransitions,
} from "./ChartLayout.js";
import { chartStyle } from "./chartStyle.js";
import { fontPixels, linePixels } from "./Lettering.js";
import { bends, type Point } from "./Route.js";

export interface ChartSvgOptions {
  /**
   * What stands below the name of an event: the actions that it leads to, by default; or a `tspan.tally`, empty,
   * to write into how often it was, in six characters at the most.
   */
  readonly below?: Below;
}

/**
 * Draws a statechart as SVG, to be stored as a file or put into a page.
 *
 * Each state is a group `g.state` with `data-state`, its name, and `data-path`, such as `open.flow.normal`; in the
 * states that have no others inside there is an empty `text.count` to write into. Each transition is a group
 * `g.transition` with `data-event`, `data-from` and `data-to`.
 *
 * @example
 * ```ts
 * import { chartSvg } from "@sluice/chart";
 *
 * const svg = chartSvg();
 * svg.startsWith("<svg "); // => true
 * svg.includes('data-state="throttled"'); // => true
 * ```
 */
export function chartSvg(
  machine: AnyStateMachine = connectionMachine,
  { below = "actions" }: ChartSvgOptions = {},
): string {
  const box = chartLayout(machine.root, below);
  const width = Math.ceil(box.width);
  const height = Math.ceil(box.height - headline);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="sluice-chart" role="img" aria-label="${escaped(machine.id)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<style>${chartStyle}</style>`,
    '<defs><marker id="sluice-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0.8 7.5 4 0 7.2z"/></marker></defs>',
    '<rect class="paper" width="100%" height="100%"/>',
    `<g transform="translate(0 ${-headline})">`,
    ...inside(box, below),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** Arrows come last: their labels are above everything. */
function inside({ children, arrows, dot }: Box, below: Below): ReadonlyArray<string> {
  return [
    ...children.flatMap((child) => state(child, below)),
    ...(dot === undefined ? [] : [`<circle class="dot" ${center(dot)} r="5"/>`]),
    ...arrows.flatMap((arrow) => transition(arrow, below)),
  ];
}

function state(box: Box, below: Below): ReadonlyArray<string> {
  const { node, x, y, width, height } = box;
  const path = node.path.join(".");
  const size = `width="${round(width)}" height="${round(height)}"`;
  const name = escaped(node.key);
  return [
    `<g class="state ${kindOf(node)}" id="state-${path}" data-state="${name}" data-path="${path}" transform="translate(${round(x)} ${round(y)})">`,
    ...(node.description === undefined ? [] : [`<title>${escaped(node.description)}</title>`]),
    `<rect class="box" ${size} rx="8"/>`,
    ...(node.type === "final"
      ? [
          `<rect class="box" x="3" y="3" width="${width - 6}" height="${height - 6}" rx="6" fill="none"/>`,
        ]
      : []),
    ...(box.children.length > 0
      ? [
          `<text class="name" x="14" y="20">${name}</text>`,
          ...internal(box, below),
          ...inside(box, below),
        ]
      : [
          `<text class="name" x="${width / 2}" y="24" text-anchor="middle">${name}</text>`,
          `<text class="count" x="${width / 2}" y="44" text-anchor="middle"></text>`,
        ]),
    "</g>",
  ];
}

/** What leaves the state as it is stands beside its name, as in UML. */
function internal({ node, width }: Box, below: Below): ReadonlyArray<string> {
  return internalTransitions(node, below).map(({ event, lines }, index) => {
    const [name, ...actions] = lines;
    const text = [
      `<tspan class="event">${escaped(name ?? "")}</tspan>`,
      below === "tally"
        ? '<tspan class="tally" dx="6"></tspan>'
        : actions.length > 0
          ? `<tspan class="action"> / ${escaped(actions.join(" "))}</tspan>`
          : "",
    ].join("");
    return `<g class="transition" ${between(event ?? "", node.key, node.key)}><text class="label" text-anchor="end" x="${round(width - 16)}" y="${20 + index * linePixels}">${text}</text></g>`;
  });
}

function between(event: string, from: string, to: string): string {
  return `data-event="${escaped(event)}" data-from="${escaped(from)}" data-to="${escaped(to)}"`;
}

function kindOf(node: AnyStateNode): string {
  return node.parent?.type === "parallel" ? "region" : node.type;
}

function transition(arrow: Arrow, below: Below): ReadonlyArray<string> {
  const { from, to, event, lines, label } = arrow;
  const path = `<path class="arrow" d="${curve(arrow)}" marker-end="url(#sluice-arrow)"/>`;
  if (event === undefined) return [path];
  const top = label.y - ((lines.length - 1) * linePixels) / 2 + fontPixels / 3;
  const spans = lines.map((line, index) => {
    const isEvent = below === "tally" ? line === event : index === 0;
    const kind = isEvent ? "event" : below === "tally" ? "tally" : "action";
    const place = `x="${round(label.x)}" y="${round(top + index * linePixels)}"`;
    return `<tspan class="${kind}" ${place}>${kind === "tally" ? "" : escaped(line)}</tspan>`;
  });
  return [
    `<g class="transition" ${between(event, from, to)}>`,
    path,
    `<text class="label" text-anchor="middle">${spans.join("")}</text>`,
    "</g>",
  ];
}

function curve({ points, direction }: Arrow): string {
  const written = ({ x, y }: Point) => `${round(x)} ${round(y)}`;
  const [start] = points;
  if (start === undefined) return "";
  const bent = bends(points, direction).map(([, ...rest]) => `C${rest.map(written).join(" ")}`);
  return `M${written(start)}${bent.join("")}`;
}

function center({ x, y }: Point): string {
  return `cx="${round(x)}" cy="${round(y)}"`;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
