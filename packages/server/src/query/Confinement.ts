/**
 * What a statement from outside may be: one `SELECT` (also written `WITH`, `VALUES`, `TABLE` or `FROM`
 * first) which reads the table `flights` and calls functions that only compute.
 *
 * It decides on no name of a table itself, for a name means what DuckDB binds it to. Two answers of DuckDB are looked at:
 * - the syntax tree says what is *called*, before anything is bound: some functions are evaluated while
 *   DuckDB binds, and leave a constant. A table that nothing in the statement could be is refused here too;
 * - the bound plan says what is *read*: views and macros are expanded in it, table expressions are resolved,
 *   and every operator, table and function that remains is what would run.
 *
 * Both are allow lists. DuckDB's configuration, which forbids files and networks again, is in Flights.ts.
 */
import { allowedTableFunctions, mayCall } from "./AllowedFunctions.js";
import { Refusal } from "./Refusal.js";

/** Characters of SQL. DuckDB reads nested comments in quadratic time: 0.4 s for so many. */
export const maxSqlLength = 16_384;

/** Characters of a syntax tree or a plan; statements of the greatest length have up to about 2.5 million. */
export const maxTreeLength = 8 * 1024 * 1024;

/**
 * Checks the answer of DuckDB's `json_serialize_sql` for a statement.
 *
 * Throws a `Refusal` that names the rule.
 */
export function confineSyntax(serialized: string): void {
  const tree = JSON.parse(serialized) as Serialized;
  if (tree.error) throw refusalOfSyntax(tree);
  const statements = tree.statements ?? [];
  if (statements.length === 0) throw new Refusal("sql", "There is no statement in the text.");
  if (statements.length > 1) throw tooMany(statements.length);
  const nodes = [...nodesOf(statements)];
  const own = new Set(nodes.flatMap(tableExpressionsOf));
  for (const node of nodes) checkSyntax(node, own);
}

/**
 * Checks the answer of DuckDB's `json_serialize_plan`, unoptimized, for the same statement.
 *
 * Throws a `Refusal`. Returns false when DuckDB could not bind the statement, or not write its plan: then it
 * must not run.
 */
export function confinePlan(serialized: string): boolean {
  const plan = JSON.parse(serialized) as Serialized;
  if (plan.error) {
    if (plan.error_type === "catalog" && plan.type === "Table") {
      throw forbidden(`the table ${JSON.stringify(plan.name)}`);
    }
    // It has no type of its own: `with a as (from a) from a`.
    if (plan.error_message?.startsWith("Circular reference")) {
      throw forbidden("a table expression that reads itself");
    }
    return false;
  }
  for (const node of nodesOf(plan.plans)) checkPlan(node);
  return plan.plans?.length === 1;
}

export function tooMany(count: number): Refusal {
  return new Refusal("multiple-statements", `The text holds ${count} statements; send one.`);
}

interface Serialized {
  readonly error: boolean;
  readonly error_type?: string;
  readonly error_message?: string;
  readonly position?: string;
  /** Of what a catalog does not have: what kind it is, and what it is called. */
  readonly type?: string;
  readonly name?: string;
  readonly statements?: ReadonlyArray<unknown>;
  readonly plans?: ReadonlyArray<unknown>;
}

function refusalOfSyntax({ error_message: message = "", position }: Serialized): Refusal {
  if (message.startsWith("Only SELECT statements")) {
    return new Refusal("not-a-select", "Only a SELECT statement is answered.");
  }
  const where = position === undefined ? "" : `, after character ${position}`;
  return new Refusal("sql", `Parser Error: ${message}${where}`);
}

type Node = { readonly [key: string]: unknown };

/** Everything, whatever it is called, so that no corner of the grammar is overlooked; and however deep. */
function* nodesOf(tree: unknown): Generator<Node> {
  const left = [tree];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== "object" || next === null) continue;
    if (!Array.isArray(next)) yield next as Node;
    for (const child of Object.values(next)) left.push(child);
  }
}

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

/** The names of the table expressions that a node defines. */
function tableExpressionsOf(node: Node): ReadonlyArray<string> {
  if (node["type"] === "RECURSIVE_CTE_NODE") return [nameOf(node["cte_name"])];
  const { map } = (node["cte_map"] ?? {}) as { readonly map?: ReadonlyArray<Node> };
  return (map ?? []).map(({ key }) => nameOf(key));
}

function checkSyntax(node: Node, own: ReadonlySet<string>): void {
  // Of all nodes only table references have both fields.
  if ("alias" in node && "sample" in node) checkReference(node, own);
  if ("function_name" in node) {
    const name = nameOf(node["function_name"]);
    if (!mayCall(name) && !allowedTableFunctions.has(name)) {
      throw forbidden(`the function ${name}`);
    }
  }
}

function checkReference(node: Node, own: ReadonlySet<string>): void {
  const type = String(node["type"]);
  if (type === "SHOW_REF") {
    throw new Refusal("not-a-select", "SHOW, DESCRIBE and SUMMARIZE are not answered; use SELECT.");
  }
  if (!tableReferences.has(type)) throw forbidden(`a table reference of type ${type}`);
  if (type === "TABLE_FUNCTION") {
    const name = nameOf((node["function"] as Node | undefined)?.["function_name"]);
    if (!allowedTableFunctions.has(name)) throw forbidden(`the table function ${name}`);
  }
  // Only what no table expression is called: which of them is meant, if any, is in the plan.
  if (type === "BASE_TABLE" && !isFlights(node) && !own.has(nameOf(node["table_name"]))) {
    throw forbidden(`the table ${JSON.stringify(node["table_name"])}`);
  }
}

function isFlights(node: Node): boolean {
  return (
    nameOf(node["table_name"]) === "flights" &&
    ["", "main"].includes(nameOf(node["schema_name"])) &&
    ["", "sluice"].includes(nameOf(node["catalog_name"]))
  );
}

/** DuckDB's operators that compute from what they are given. `LOGICAL_GET` reads, and is looked into. */
const operators = new Set(
  `AGGREGATE_AND_GROUP_BY ANY_JOIN ASOF_JOIN CHUNK_GET COMPARISON_JOIN CROSS_PRODUCT CTE_REF DELIM_GET
   DELIM_JOIN DEPENDENT_JOIN DISTINCT DUMMY_SCAN EMPTY_RESULT EXCEPT EXPRESSION_GET FILTER GET INTERSECT JOIN
   LIMIT MATERIALIZED_CTE ORDER_BY PIVOT POSITIONAL_JOIN PROJECTION RECURSIVE_CTE SAMPLE TOP_N UNION UNNEST
   WINDOW`
    .split(/\s+/)
    .map((name) => `LOGICAL_${name}`),
);

function checkPlan(node: Node): void {
  const { type } = node;
  if (typeof type === "string" && type.startsWith("LOGICAL_")) {
    if (!operators.has(type)) throw forbidden(`the operator ${type}`);
    if (type === "LOGICAL_GET") checkRead(node);
  }
  // A window function of the grammar, such as `lag`, has a type and no name.
  if ("expression_class" in node && "name" in node) {
    const name = nameOf(node["name"]);
    if (!mayCall(name)) throw forbidden(`the function ${name}`);
  }
}

function checkRead(node: Node): void {
  const name = nameOf(node["name"]);
  if (allowedTableFunctions.has(name)) return;
  const { catalog, schema, table } = (node["function_data"] ?? {}) as Node;
  if (name === "seq_scan" && catalog === "sluice" && schema === "main" && table === "flights")
    return;
  throw forbidden(`a read of ${table ?? name}`);
}

/** Upper and lower case of ASCII are one to DuckDB, and of no other letter. */
function nameOf(value: unknown): string {
  return String(value ?? "").replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function forbidden(what: string): Refusal {
  return new Refusal(
    "forbidden",
    `A statement may read the table flights, its own common table expressions and ` +
      `${[...allowedTableFunctions].join(", ")}, and call functions that only compute; ${what} is forbidden.`,
  );
}
