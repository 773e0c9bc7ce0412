/** What a PromQL expression asks for, by Prometheus's own grammar. */
import { parser } from "@prometheus-io/lezer-promql";

export interface Selector {
  readonly metric: string;
  readonly matchers: ReadonlyArray<{
    readonly label: string;
    readonly operator: string;
    readonly value: string;
  }>;
  /** Labels that whatever is around it groups it by. */
  readonly groupedBy: ReadonlyArray<string>;
}

type Node = ReturnType<typeof parser.parse>["topNode"];

/** @throws {Error} that shows where the expression is wrong. */
export function selectorsOf(expression: string): ReadonlyArray<Selector> {
  const selectors: Array<Selector> = [];
  const text = ({ from, to }: Node) => expression.slice(from, to);
  const visit = (node: Node, groupedBy: ReadonlyArray<string>): void => {
    if (node.type.isError) {
      throw new Error(`${expression.slice(0, node.from)} <- here: not PromQL`);
    }
    if (node.name === "VectorSelector") {
      const metric = node.getChild("Identifier");
      const matchers = (
        node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? []
      ).map((matcher) => ({
        label: text(matcher.getChild("LabelName") as Node),
        operator: text(matcher.getChild("MatchOp") as Node),
        value: text(matcher.getChild("StringLiteral") as Node).slice(1, -1),
      }));
      selectors.push({ metric: metric === null ? "" : text(metric), matchers, groupedBy });
    }
    const grouping = node.getChild("AggregateModifier")?.getChild("GroupingLabels");
    const labels = grouping?.getChildren("LabelName").map(text) ?? [];
    for (let child = node.firstChild; child !== null; child = child.nextSibling) {
      visit(child, [...groupedBy, ...labels]);
    }
  };
  visit(parser.parse(expression).topNode, []);
  return selectors;
}
