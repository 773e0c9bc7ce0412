/**
 * What a statement from outside may be and may name.
 *
 * It works on DuckDB's own syntax tree, so that the text is never read in two ways: one `SELECT`
 * (also written `WITH`, `VALUES`, `TABLE` or `FROM` first), which reads the table `flights`, its own
 * common table expressions and a few table functions that have no way out of the query.
 *
 * It is an allow list where DuckDB can reach outside (tables and table functions: files, networks,
 * settings, logs, profiles) and a deny list for scalar functions, of which hundreds are harmless.
 * DuckDB's configuration, which forbids the same again, is in Flights.ts.
 */
import { Refusal } from "./Refusal.js";

/** Characters of SQL. DuckDB reads nested comments in quadratic time: 0.4 s for so many. */
export const maxSqlLength = 16_384;

/**
 * Checks the answer of DuckDB's `json_serialize_sql` for a statement.
 *
 * Throws a `Refusal` that names the rule.
 */
export function confine(serialized: string): void {
  const tree = JSON.parse(serialized) as Serialized;
  if (tree.error) throw refusalOfSyntax(tree);
  const statements = tree.statements ?? [];
  if (statements.length === 0) throw new Refusal("sql", "There is no statement in the text.");
  if (statements.length > 1) throw tooMany(statements.length);
  inspect(statements[0], new Set());
}

export function tooMany(count: number): Refusal {
  return new Refusal("multiple-statements", `The text holds ${count} statements; send one.`);
}

interface Serialized {
  readonly error: boolean;
  readonly error_message?: string;
  readonly position?: string;
  readonly statements?: ReadonlyArray<unknown>;
}

function refusalOfSyntax({ error_message: message = "", position }: Serialized): Refusal {
  if (message.startsWith("Only SELECT statements")) {
    return new Refusal("not-a-select", "Only a SELECT statement is answered.");
  }
  const where = position === undefined ? "" : `, after character ${position}`;
  return new Refusal("sql", `Parser Error: ${message}${where}`);
}

const tableFunctions = new Set([
  "range",
  "generate_series",
  "unnest",
  "repeat",
  "json_each",
  "json_tree",
]);

/** They read or change the engine, hold a thread, or run text that was not inspected. */
const forbiddenFunctions = new Set([
  "current_setting",
  "getenv",
  "getvariable",
  "json_serialize_plan",
  "pg_sleep",
  "sleep_ms",
  "write_log",
]);

/** `SHOW`, `DESCRIBE` and `SUMMARIZE` arrive as a `SELECT` from a `SHOW_REF`. */
const tableReferences = new Set([
  "BASE_TABLE",
  "EMPTY",
  "EXPRESSION_LIST",
  "JOIN",
  "PIVOT",
  "SUBQUERY",
  "TABLE_FUNCTION",
]);

type Node = { readonly [key: string]: unknown };

/** Walks everything, whatever it is called, so that no corner of the grammar is overlooked. */
function inspect(node: unknown, visible: ReadonlySet<string>): void {
  if (Array.isArray(node)) {
    for (const child of node) inspect(child, visible);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const scope = withTableExpressions(node as Node, visible);
  check(node as Node, scope);
  for (const [key, child] of Object.entries(node)) {
    if (key !== "cte_map") inspect(child, scope);
  }
}

/** A table expression sees those before it, and itself only when it is recursive, as in DuckDB. */
function withTableExpressions(node: Node, visible: ReadonlySet<string>): ReadonlySet<string> {
  const entries = (node["cte_map"] as { map?: ReadonlyArray<Node> } | undefined)?.map ?? [];
  const recursive = node["type"] === "RECURSIVE_CTE_NODE";
  if (entries.length === 0 && !recursive) return visible;
  const scope = new Set(visible);
  for (const entry of entries) {
    inspect(entry["value"], scope);
    scope.add(nameOf(entry["key"]));
  }
  if (recursive) scope.add(nameOf(node["cte_name"]));
  return scope;
}

function check(node: Node, visible: ReadonlySet<string>): void {
  // Of all nodes only table references have both fields.
  if ("alias" in node && "sample" in node) checkTable(node, visible);
  if ("function_name" in node && forbiddenFunctions.has(nameOf(node["function_name"]))) {
    throw forbidden(`the function ${nameOf(node["function_name"])}`);
  }
}

function checkTable(node: Node, visible: ReadonlySet<string>): void {
  const type = String(node["type"]);
  if (type === "SHOW_REF") {
    throw new Refusal("not-a-select", "SHOW, DESCRIBE and SUMMARIZE are not answered; use SELECT.");
  }
  if (!tableReferences.has(type)) throw forbidden(`a table reference of type ${type}`);
  if (type === "TABLE_FUNCTION") {
    const name = nameOf((node["function"] as Node | undefined)?.["function_name"]);
    if (!tableFunctions.has(name)) throw forbidden(`the table function ${name}`);
  }
  if (type === "BASE_TABLE" && !isVisible(node, visible)) {
    throw forbidden(`the table ${JSON.stringify(node["table_name"])}`);
  }
}

function isVisible(node: Node, visible: ReadonlySet<string>): boolean {
  const table = nameOf(node["table_name"]);
  const schema = nameOf(node["schema_name"]);
  const catalog = nameOf(node["catalog_name"]);
  if (schema === "" && catalog === "" && visible.has(table)) return true;
  return (
    table === "flights" &&
    (schema === "" || schema === "main") &&
    (catalog === "" || catalog === "sluice")
  );
}

/** DuckDB's names do not tell upper from lower case. */
function nameOf(value: unknown): string {
  return String(value ?? "").toLowerCase();
}

function forbidden(what: string): Refusal {
  return new Refusal(
    "forbidden",
    `A statement may read the table flights, its own common table expressions and ` +
      `${[...tableFunctions].join(", ")}; ${what} is forbidden.`,
  );
}
