/**
 * Where the boxes and arrows of a statechart go, in pixels: laid out by dagre, one state's inside at a time, from
 * the innermost outwards. The regions of a parallel state stand side by side.
 */
import { Graph, layout as layOut } from "@dagrejs/dagre";
import type { AnyStateNode } from "xstate";
import { type Size, sizeOfLines, wrapped } from "./Lettering.js";

export interface Point {
  readonly x: number;
  readonly y: number;
}

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
  /** The event and below it its actions. */
  readonly lines: ReadonlyArray<string>;
  readonly points: ReadonlyArray<Point>;
  /** The middle of its lines. */
  readonly label: Point;
}

/** What a box keeps free above what is inside of it, for its name. */
export const headline = 30;

const padding = 16;
const atomic: Size = { width: 148, height: 56 };
const dot: Size & { readonly id: string } = { id: "(initial)", width: 10, height: 10 };

/** Lays out a state and all that is inside of it. */
export function chartLayout(node: AnyStateNode): Box {
  const children = Object.values(node.states).map(chartLayout);
  const parts =
    children.length === 0
      ? { children, arrows: [], dot: undefined, ...atomic }
      : node.type === "parallel"
        ? sideBySide(children)
        : ranked(node, children);
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
function ranked(node: AnyStateNode, children: ReadonlyArray<Box>): Parts {
  const hasInside = children.some((child) => child.children.length > 0);
  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    rankdir: hasInside ? "LR" : "TB",
    nodesep: 32,
    edgesep: 16,
    ranksep: 16,
    marginx: padding,
    marginy: padding,
  });
  graph.setNode(dot.id, { width: dot.width, height: dot.height });
  for (const { node, width, height } of children) graph.setNode(node.key, { width, height });
  const transitions = transitionsOf(node, children);
  for (const { from, to, event, lines } of transitions) {
    graph.setEdge(from, to, { ...sizeOfLines(lines), labelpos: "c" }, event ?? dot.id);
  }
  layOut(graph);
  const lowered = ({ x = 0, y = 0 }: Partial<Point>): Point => ({ x, y: y + headline });
  const { width = 0, height = 0 } = graph.graph();
  return {
    children: children.map((child) => {
      const { x, y } = lowered(graph.node(child.node.key));
      return { ...child, x: x - child.width / 2, y: y - child.height / 2 };
    }),
    arrows: transitions.map((transition) => {
      const { from, to, event } = transition;
      const edge = graph.edge(from, to, event ?? dot.id);
      return { ...transition, points: (edge.points ?? []).map(lowered), label: lowered(edge) };
    }),
    dot: lowered(graph.node(dot.id)),
    width,
    height: height + headline,
  };
}

/** An arrow without its place. */
type Transition = Pick<Arrow, "from" | "to" | "event" | "lines">;

/** The transitions of a state that leave it as it is: they have no arrow. */
export function internalTransitions(node: AnyStateNode): ReadonlyArray<Transition> {
  return transitionsFrom(node).filter(({ from, to }) => from === to);
}

function transitionsOf(
  node: AnyStateNode,
  children: ReadonlyArray<Box>,
): ReadonlyArray<Transition> {
  const initial = (node.initial?.target ?? []).map(
    ({ key }): Transition => ({ from: dot.id, to: key, event: undefined, lines: [] }),
  );
  const between = children
    .flatMap((child) => transitionsFrom(child.node))
    .filter(({ from, to }) => from !== to);
  return [...initial, ...between];
}

function transitionsFrom(node: AnyStateNode): ReadonlyArray<Transition> {
  return [...node.transitions.values()].flat().map(({ target, eventType, actions }) => ({
    from: node.key,
    to: target?.[0]?.key ?? node.key,
    event: eventType,
    lines: [eventType, ...wrapped(actions.map(String))],
  }));
}
