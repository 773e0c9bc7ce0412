/**
 * Where the boxes and arrows of a statechart go, in pixels: laid out by dagre, one state's inside at a time, from
 * the innermost outwards. The regions of a parallel state stand side by side.
 */
import { Graph, layout as layOut } from "@dagrejs/dagre";
import type { AnyStateNode } from "xstate";
import { type Size, sizeOfLines, tallyRoom, wrapped } from "./Lettering.js";
import {
  type Course,
  type Direction,
  type Place,
  type Point,
  routes,
  standsBefore,
} from "./Route.js";

/** A state with what is inside of it; `x` and `y` are its upper left corner within its parent. */
export interface Box extends Point, Size {
  readonly node: AnyStateNode;
  readonly children: ReadonlyArray<Box>;
  readonly arrows: ReadonlyArray<Arrow>;
  /** The middle of the dot from which the initial arrow starts, if it has one. */
  readonly dot: Point | undefined;
}

/** A transition between two children of a state, or from the dot to the initial one. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Undefined for the arrow from the dot. */
  readonly event: string | undefined;
  /** The event and below it its actions; or with it the room for a tally, the event next to the line. */
  readonly lines: ReadonlyArray<string>;
  readonly points: ReadonlyArray<Point>;
  readonly direction: Direction;
  /** The room of its lines, by its middle. */
  readonly label: Place;
}

/** What stands below the name of an event: the actions that it leads to, or room for how often it was. */
export type Below = "actions" | "tally";

/** What a box keeps free above what is inside of it, for its name. */
export const headline = 30;

const padding = 16;
const atomic: Size = { width: 136, height: 56 };
const dot: Size & { readonly id: string } = { id: "(initial)", width: 10, height: 10 };

/** Lays out a state and all that is inside of it. */
export function chartLayout(node: AnyStateNode, below: Below = "actions"): Box {
  const children = Object.values(node.states).map((child) => chartLayout(child, below));
  const parts =
    children.length === 0
      ? { children, arrows: [], dot: undefined, ...atomic }
      : node.type === "parallel"
        ? sideBySide(children)
        : ranked(node, children, below);
  return { node, x: 0, y: 0, ...parts };
}

type Parts = Omit<Box, "node" | "x" | "y">;

function sideBySide(children: ReadonlyArray<Box>): Parts {
  const height = Math.max(...children.map((child) => child.height));
  let x = padding;
  const placed = children.map((child) => {
    const at = { ...child, x, y: headline, height };
    x += child.width + padding;
    return at;
  });
  return {
    children: placed,
    arrows: [],
    dot: undefined,
    width: x,
    height: headline + height + padding,
  };
}

/** States with transitions between them: ranked downwards, and to the right where states have states inside. */
function ranked(node: AnyStateNode, children: ReadonlyArray<Box>, below: Below): Parts {
  const hasInside = children.some((child) => child.children.length > 0);
  const direction: Direction = hasInside ? "across" : "down";
  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    rankdir: hasInside ? "LR" : "TB",
    nodesep: 24,
    edgesep: 16,
    // Dagre halves it: between two ranks is room for a bend, and for the head of an arrow.
    ranksep: hasInside ? 44 : 28,
    marginx: padding,
    marginy: padding,
  });
  graph.setNode(dot.id, { width: dot.width, height: dot.height });
  for (const { node, width, height } of children) graph.setNode(node.key, { width, height });
  const transitions = transitionsOf(node, children, below);
  for (const { from, to, event, lines } of transitions) {
    graph.setEdge(from, to, { ...roomFor(lines, direction), labelpos: "c" }, event ?? dot.id);
  }
  layOut(graph);
  const lowered = ({ x = 0, y = 0 }: Partial<Point>): Point => ({ x, y: y + headline });
  const placed = (id: string): Place => {
    const { width, height, ...at } = graph.node(id);
    return { ...lowered(at), width, height };
  };
  const courses = transitions.map(({ from, to, event, lines }) => {
    const { points = [], ...at } = graph.edge(from, to, event ?? dot.id);
    // Dagre's own ends are where it would enter the states.
    const passes = points.slice(1, -1).map(lowered);
    const label = { ...lowered(at), ...roomFor(lines, direction) };
    return {
      from: placed(from),
      to: placed(to),
      passes,
      label: lines.length > 0 ? label : undefined,
    };
  });
  const points = routes(courses, graph.nodes().map(placed), direction);
  const { width = 0, height = 0 } = graph.graph();
  return {
    children: children.map((child) => {
      const { x, y } = lowered(graph.node(child.node.key));
      return { ...child, x: x - child.width / 2, y: y - child.height / 2 };
    }),
    arrows: transitions.map((transition, at) => ({
      ...transition,
      lines:
        below === "tally" ? nextToLine(transition.lines, courses[at], direction) : transition.lines,
      direction,
      points: points[at] ?? [],
      label: {
        ...(courses[at]?.label ?? { x: 0, y: 0 }),
        ...sizeOfLines(transition.lines),
      },
    })),
    dot: lowered(graph.node(dot.id)),
    width,
    height: height + headline,
  };
}

/** The event is next to its line: where it stands above the line, it comes last. */
function nextToLine(
  lines: ReadonlyArray<string>,
  course: Course | undefined,
  direction: Direction,
): ReadonlyArray<string> {
  const isAbove = direction === "across" && course !== undefined && standsBefore(course, direction);
  return isAbove ? lines.toReversed() : lines;
}

/** What keeps a label off its own line, in pixels. */
const gap = 6;

/** The room of a label and, at its edge, of its line. */
function roomFor(lines: ReadonlyArray<string>, direction: Direction): Size {
  if (lines.length === 0) return { width: 0, height: 0 };
  const { width, height } = sizeOfLines(lines);
  return direction === "across"
    ? { width, height: height + 2 * gap }
    : { width: width + 2 * gap, height };
}

/** An arrow without its place. */
type Transition = Pick<Arrow, "from" | "to" | "event" | "lines">;

/** The transitions of a state that leave it as it is: they have no arrow. */
export function internalTransitions(node: AnyStateNode, below: Below): ReadonlyArray<Transition> {
  return transitionsFrom(node, below).filter(({ from, to }) => from === to);
}

function transitionsOf(
  node: AnyStateNode,
  children: ReadonlyArray<Box>,
  below: Below,
): ReadonlyArray<Transition> {
  const initial = (node.initial?.target ?? []).map(
    ({ key }): Transition => ({ from: dot.id, to: key, event: undefined, lines: [] }),
  );
  const between = children
    .flatMap((child) => transitionsFrom(child.node, below))
    .filter(({ from, to }) => from !== to);
  return [...initial, ...between];
}

function transitionsFrom(node: AnyStateNode, below: Below): ReadonlyArray<Transition> {
  return [...node.transitions.values()].flat().map(({ target, eventType, actions }) => ({
    from: node.key,
    to: target?.[0]?.key ?? node.key,
    event: eventType,
    lines: [eventType, ...(below === "tally" ? [tallyRoom] : wrapped(actions.map(String)))],
  }));
}
