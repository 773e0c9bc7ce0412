/** What may be asked is decided on what DuckDB binds: attempts to have it bind something else, and honest queries. */
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allowedFunctions, mayCall } from "../src/query/AllowedFunctions.js";
import { confinePlan, confineSyntax } from "../src/query/Confinement.js";
import { Refusal } from "../src/query/Refusal.js";
import { type Cell, Database, QueryError } from "./running.js";

let database: Database;
beforeAll(async () => {
  database = await Database.open();
});
afterAll(() => database?.close());

/** The first rows of a statement, or the code of its refusal. */
async function outcome(sql: string): Promise<ReadonlyArray<ReadonlyArray<Cell>> | string> {
  try {
    const rows = await database.query(sql, { batchRows: 100 });
    const first = (await rows.next()) ?? [];
    await rows.close();
    return first;
  } catch (error) {
    if (error instanceof QueryError) return error.code;
    throw error;
  }
}

const kelvin = "\u212a";
const longS = "\u017f";
const dotlessI = "\u0131";

describe("a system view is not read, whatever its name is hidden behind:", () => {
  test.each([
    // A table expression that DuckDB does not see from there.
    "with recursive duckdb_databases as (select path from duckdb_databases) from duckdb_databases",
    "with recursive a as (select 1), duckdb_databases as (from duckdb_databases) from duckdb_databases",
    "with recursive duckdb_databases as (select 1 union all from duckdb_databases) from a",
    "with recursive a as (from duckdb_databases), duckdb_databases as (select 1) from a",
    "with duckdb_databases as (select path from duckdb_databases) from duckdb_databases",
    "with duckdb_databases as materialized (from duckdb_databases) from duckdb_databases",
    "with a as (with duckdb_databases as (select 1) from duckdb_databases) from a, duckdb_databases",
    "select * from (with duckdb_databases as (select 1) from duckdb_databases) a, duckdb_databases",
    "select (with duckdb_databases as (select 1 as a) select a from duckdb_databases), path from duckdb_databases",
    "(with duckdb_databases as (select 1) from duckdb_databases) union all select path from duckdb_databases",
    "select path from duckdb_databases union all (with duckdb_databases as (select '1') from duckdb_databases)",
    "with a as (from sqlite_master), sqlite_master as (select 1) from a",
    // Letters that fold to ASCII in Unicode, and not in DuckDB.
    `with duc${kelvin}db_databases as (select 1) from duckdb_databases`,
    `with "duc${kelvin}db_databases" as (select 1) from DUCKDB_DATABASES`,
    `with duckdb_databa${longS}es as (select 1) from duckdb_databases`,
    `with duckdb_v${dotlessI}ews as (select 1) from duckdb_views`,
    `with recursive duc${kelvin}db_databases as (select 1 union all select 2) from duckdb_databases`,
    `with "DUC${kelvin}DB_VIEWS" as (select 1) from "DUCKDB_VIEWS"`,
    // Names that are an alias, a column, quoted or qualified.
    "select * from flights duckdb_databases, (from duckdb_databases)",
    "select duckdb_databases.path from duckdb_databases as duckdb_databases",
    'from "duckdb_databases"',
    'from "DuckDB_Databases"',
    "from system.main.duckdb_databases",
    "from main.duckdb_databases",
    "from sluice.main.duckdb_databases",
    "from sluice.duckdb_databases",
    "with duckdb_databases as (select 1) from main.duckdb_databases",
    "with duckdb_databases as (select 1) from system.main.duckdb_databases",
    "with tables as (select 1) from information_schema.tables",
    "with pg_class as (select 1) from pg_catalog.pg_class",
    "table duckdb_databases",
    "table pragma_database_list",
    "from sqlite_schema",
    "from sqlite_temp_master",
    "from pg_settings",
    "from duckdb_logs",
    // Everywhere that a table can stand.
    "select * from range((select count(*) from duckdb_databases))",
    "select * from unnest((select list(path) from duckdb_databases))",
    "from json_each((select to_json(list(path)) from duckdb_databases))",
    "select * from flights limit (select count(*) from duckdb_databases)",
    "select * from flights, lateral (select path, origin from duckdb_databases)",
    "select * from flights left join duckdb_databases on true",
    "select * from flights semi join duckdb_databases on path = origin",
    "select * from flights positional join duckdb_databases",
    "select * from flights asof join duckdb_databases on database_oid >= delay",
    "select [path for path in (select list(path) from duckdb_databases)]",
    "select delay in (select database_oid from duckdb_databases) from flights",
    "select exists (from duckdb_databases)",
    "select array(select path from duckdb_databases)",
    "select * replace ((select path from duckdb_databases limit 1) as origin) from flights",
    "pivot duckdb_databases on readonly in (true) using list(path)",
    "unpivot (select path from duckdb_databases) on path",
    "select columns('path') from duckdb_databases",
    "select sum(1) over (order by (select path from duckdb_databases limit 1)) from range(1)",
    "with a(n) as (select path from duckdb_databases) select n from a",
    "with recursive a(n) using key (n) as (select path from duckdb_databases union select n from a) from a",
    // Tables that functions make.
    "from duckdb_tables()",
    "from DUCKDB_TABLES()",
    "from main.duckdb_databases()",
    "from system.main.duckdb_databases()",
    "from pragma_table_info('flights')",
    "from pragma_show('flights')",
    "from pragma_storage_info('flights')",
    "from histogram('flights', delay)",
    "from histogram_values(duckdb_databases, path)",
    "from duckdb_logs_parsed('FileSystem')",
    "from duckdb_profiling_settings()",
    "from seq_scan()",
    "from summary((from flights))",
    "from query('from duckdb_databases')",
    "from query_table('duckdb_databases')",
    "from query_table(['duckdb_databases'])",
    "from test_all_types()",
    "from read_duckdb('/tmp/sluice.duckdb')",
    "from 'sluice.duckdb'",
    "from 'flights.parquet'",
  ])("%s", async (sql) => {
    expect(await outcome(sql)).toMatch(/^(forbidden|sql)$/);
  });
});

describe("a function that does more than compute is not called, however it is written:", () => {
  test.each([
    "select current_setting('threads')",
    "select CURRENT_SETTING('threads')",
    `select "current_setting"('threads')`,
    "select main.current_setting('threads')",
    "select system.main.current_setting('threads')",
    "select pg_catalog.current_setting('threads')",
    "select ('threads').current_setting()",
    "select list_transform(['threads'], lambda x: current_setting(x))",
    "select [current_setting(x) for x in ['threads']]",
    "select * from range(current_setting('threads')::int)",
    "select columns(lambda c: c = current_setting('threads')) from flights",
    "select list_aggregate([1], current_setting('threads'))",
    "select strftime(date, current_setting('threads')) from flights",
    "select sleep_ms(1)",
    "select pg_sleep(1)",
    "select write_log('a')",
    "select getvariable('a')",
    "select nextval('a')",
    "select current_query()",
    "select current_database()",
    "select current_schemas(true)",
    "select current_catalog",
    "select current_schema",
    "select version()",
    "select txid_current()",
    "select has_table_privilege('flights', 'select')",
    "select pg_get_viewdef(0)",
    "select json_serialize_sql('select 1')",
    "select json_deserialize_sql('{}')",
    "select json_serialize_plan('select 1')",
    "select stats(delay) from flights",
    "select vector_type(delay) from flights",
    "select combine(null, null)",
    "select nothing_of_the_kind(1)",
  ])("%s", async (sql) => {
    expect(await outcome(sql)).toBe("forbidden");
  });
});

describe("an honest query is answered:", () => {
  test.each<readonly [sql: string, rows: ReadonlyArray<ReadonlyArray<Cell>>]>([
    ["with a as (select 1 as n), b as (select n + 1 as n from a) select * from a, b", [[1, 2]]],
    ["with a as (select 1 as n) select * from a x join a y using (n)", [[1]]],
    ["with a as (select 1), b as (with a as (select 2) from a) select * from a, b", [[1, 2]]],
    ["with a as materialized (select 1), b as not materialized (from a) from b", [[1]]],
    ["with Flights as (select 7) from FLIGHTS", [[7]]],
    ["with flights as (select count(*) as n from flights) from flights", [[3_000_000]]],
    ['with "été" as (select 1) from "été"', [[1]]],
    [
      "with recursive a(n) as (select 1 union all select n + 1 from a where n < 3) from a",
      [[1], [2], [3]],
    ],
    [
      "with recursive f(a, b) as (select 0, 1 union all select b, a + b from f where b < 9) select max(b) from f",
      [[13]],
    ],
    [
      "with recursive a(n) using key (n) as (select 1 union select n + 1 from a where n < 3) from a",
      [[1], [2], [3]],
    ],
    [
      "select row_number() over (order by range desc), lag(range) over w from range(2) window w as (order by range) order by 1",
      [
        [1, 0],
        [2, null],
      ],
    ],
    [
      "select sum(range) over (order by range rows between 1 preceding and current row) from range(3)",
      [[0], [1], [3]],
    ],
    [
      "select first_value(range) over (), ntile(2) over (), cume_dist() over (order by range) from range(1)",
      [[0, 1, 1]],
    ],
    [
      "select upper('a') || lower('B'), substring('abc', 2), 'abc'[2], trim(' a '), regexp_replace('aa', 'a', 'b', 'g')",
      [["Ab", "bc", "b", "a", "bb"]],
    ],
    [
      "select date_trunc('month', date '2001-02-03')::date::varchar, extract(year from date '2001-02-03'), strftime(date '2001-02-03', '%d.%m.%Y')",
      [["2001-02-01", 2001, "03.02.2001"]],
    ],
    [
      "select (date '2001-02-03' + interval 1 day)::date, date_diff('day', date '2001-01-01', date '2001-01-03')",
      [["2001-02-04", 2]],
    ],
    [
      "select typeof(now()), typeof(current_date), typeof(current_timestamp)",
      [["TIMESTAMP WITH TIME ZONE", "DATE", "TIMESTAMP WITH TIME ZONE"]],
    ],
    [
      "select count(*) from flights a where exists (from range(1) r where r.range > 2e9 and a.delay > r.range)",
      [[0]],
    ],
    ["select count(*) from flights where delay > all (select 1e9)", [[0]]],
    [
      "select a.n, b.range from (select 2 as n) a, lateral (from range(a.n)) b order by all",
      [
        [2, 0],
        [2, 1],
      ],
    ],
    [
      "select count(*), count(distinct origin) > 100, median(delay), mode(origin) from flights",
      [[3_000_000, true, -1, "ORD"]],
    ],
    [
      "select quantile_cont(range, [0.5]), string_agg(range, ','), arg_max(range, -range), approx_count_distinct(range) > 1 from range(3)",
      [[[1], "0,1,2", 0, true]],
    ],
    [
      "select list_sum([1, 2]), [1, 2].list_max(), list_aggregate([1, 2], 'min'), [x * 2 for x in [1, 2] if x > 1]",
      [[3, 2, 1, [4]]],
    ],
    [
      "select coalesce(null, 1), nullif(1, 1), ifnull(null, 2), greatest(1, 3), case when true then 4 end, try('a'::int)",
      [[1, null, 2, 3, 4, null]],
    ],
    [
      "select '{\"a\": [1]}'::json -> 'a' ->> 0, json_extract('{\"a\": 1}', '$.a'), to_json({a: 1})",
      [["1", "1", '{"a":1}']],
    ],
    [
      "select struct_pack(a := 1).a, {a: {b: 2}}.a.b, map {'k': 3}['k'], union_value(x := 4).x",
      [[1, 2, 3, 4]],
    ],
    ["select 1 union all by name select 1 intersect select 1", [[1], [1]]],
    ["select 'B' as a union select 'a' order by a collate de", [["a"], ["B"]]],
    [
      "select count(*) from (select origin, destination, count(*) from flights group by rollup (origin, destination))",
      [[3_629]],
    ],
    ["select count(*) from (from flights using sample 10 rows)", [[10]]],
    ["select rowid, main.flights.origin from sluice.main.flights limit 1", [[0, "LAS"]]],
    [
      "unpivot (select 1 as a, 2 as b) on a, b",
      [
        ["a", 1],
        ["b", 2],
      ],
    ],
    ["select columns(c -> c = 'origin') from flights limit 1", [["LAS"]]],
    ["from (values (1, 'a'), (2, 'b')) t(n, c) asof join (select 2 as m) on n >= m", [[2, "b", 2]]],
    [
      "select hash(1) = hash(1), random() < 1, md5('a'), format('{}', 1), printf('%d', 2)",
      [[true, true, "0cc175b9c0f1b6a831c399e269772661", "1", "2"]],
    ],
  ])("%s", async (sql, rows) => {
    expect(await outcome(sql)).toEqual(rows);
  });
});

describe("the lists", () => {
  test("name only what DuckDB has, and nothing that it calls volatile but clocks, dice and errors", async () => {
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const answer = await connection.runAndReadAll(
      "select distinct lower(function_name), stability from duckdb_functions() " +
        "where function_type in ('scalar', 'aggregate', 'macro')",
    );
    const known = answer.getRows().map(([name, stability]) => [String(name), stability] as const);
    const names = new Set(known.map(([name]) => name));
    expect([...allowedFunctions].filter((name) => !names.has(name))).toEqual(["unnest"]);
    const volatile = known.filter(([name, how]) => how === "VOLATILE" && mayCall(name));
    expect(volatile.map(([name]) => name).sort()).toEqual([
      "error",
      "gen_random_uuid",
      "random",
      "uuid",
      "uuidv4",
      "uuidv7",
    ]);
    connection.closeSync();
    instance.closeSync();
  });

  test.each([
    [
      "a read of what is no table of ours",
      {
        type: "LOGICAL_GET",
        name: "seq_scan",
        function_data: { catalog: "temp", schema: "main", table: "flights" },
      },
    ],
    ["a read without a name", { type: "LOGICAL_GET" }],
    ["an operator that is not known", { type: "LOGICAL_COPY_TO_FILE" }],
    [
      "a function that is not known, deep inside",
      { a: [{ b: { expression_class: "BOUND_FUNCTION", name: "sleep_ms" } }] },
    ],
  ])("refuse in a plan %s", (_, node) => {
    const plan = JSON.stringify({ error: false, plans: [{ children: [node] }] });
    expect(() => confinePlan(plan)).toThrow(Refusal);
  });

  test("a plan that DuckDB does not write lets nothing run", () => {
    expect(confinePlan('{"error":true,"error_type":"not implemented"}')).toBe(false);
    expect(confinePlan('{"error":false}')).toBe(false);
  });

  test("a tree is walked however deep it is", () => {
    const deep = `${"[".repeat(200_000)}{"function_name":"sleep_ms"}${"]".repeat(200_000)}`;
    const tree = `{"error":false,"statements":[${deep}]}`;
    expect(() => confineSyntax(tree)).toThrow("the function sleep_ms is forbidden");
  });
});
