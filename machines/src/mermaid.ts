/** The chart as a Mermaid state diagram, generated from the machine: what the README shows. */
import type { AnyStateMachine, AnyStateNode } from "xstate";
import { connectionMachine } from "./connectionMachine.js";

/**
 * Prints a statechart in Mermaid's `stateDiagram-v2` notation: one arrow per event, its actions after a `/`.
 *
 * @example
 * ```ts
 * import { mermaid } from "@sluice/machines/chart";
 *
 * mermaid().split("\n")[0]; // => "stateDiagram-v2"
 * ```
 */
export function mermaid(machine: AnyStateMachine = connectionMachine): string {
  return ["stateDiagram-v2", ...region(machine.root, "  "), ""].join("\n");
}

function region(node: AnyStateNode, indent: string): Array<string> {
  const children = Object.values(node.states);
  const lines: Array<string> = [];
  for (const child of node.initial?.target ?? []) lines.push(`${indent}[*] --> ${child.key}`);
  for (const child of children) lines.push(...state(child, indent));
  for (const child of children) lines.push(...arrows(child, indent));
  return lines;
}

function state(node: AnyStateNode, indent: string): Array<string> {
  const children = Object.values(node.states);
  if (children.length === 0) return [];
  const inner =
    node.type === "parallel"
      ? children.flatMap((child, index) => [
          ...(index > 0 ? [`${indent}  --`] : []),
          ...region(child, `${indent}  `),
        ])
      : region(node, `${indent}  `);
  return [`${indent}state ${node.key} {`, ...inner, `${indent}}`];
}

function arrows(node: AnyStateNode, indent: string): Array<string> {
  if (node.type === "final") return [`${indent}${node.key} --> [*]`];
  return [...node.transitions.values()].flat().map(({ target, eventType, actions }) => {
    const names = actions.map(String);
    const label = names.length > 0 ? `${eventType} / ${names.join(", ")}` : eventType;
    return `${indent}${node.key} --> ${target?.[0]?.key ?? node.key} : ${label}`;
  });
}
