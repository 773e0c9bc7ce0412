/**
 * One query inside the engine process: checked, prepared, then read batch by batch.
 *
 * It guarantees that nothing runs before the statement is confined, that DuckDB is at most one chunk
 * (2,048 rows) and its own buffer (1 MB) ahead of the reader, and that after its end, whichever it
 * is, DuckDB has let go of everything it held.
 */
import type {
  DuckDBConnection,
  DuckDBInstance,
  DuckDBPreparedStatement,
  DuckDBResult,
} from "@duckdb/node-api";
import { StatementType } from "@duckdb/node-api";
import { BatchEncoder } from "./BatchEncoder.js";
import { confinePlan, confineSyntax, maxSqlLength, maxTreeLength, tooMany } from "./Confinement.js";
import type { Column, EngineAnswer } from "./EngineMessage.js";
import { Execution } from "./Execution.js";
import { Refusal } from "./Refusal.js";
import { RowReader } from "./RowReader.js";

/** Characters of JSON in a batch. A reader holds about one batch, so this bounds its memory. */
export const maxBatchLength = 4 * 1024 * 1024;

const syntaxSql = bounded("json_serialize_sql($1::varchar)");

/** Not optimized, so that nothing which the statement names has gone already. */
const planSql = bounded(
  "json_serialize_plan($1::varchar, skip_null := true, skip_empty := true, skip_default := true)",
);

/** NULL in place of a tree that is too long to be read here. */
function bounded(tree: string): string {
  return `select case when strlen(tree) <= $2::bigint then tree end from (select ${tree}::varchar as tree)`;
}

export class Query {
  readonly #instance: DuckDBInstance;
  readonly #sql: string;
  readonly #batchRows: number;
  readonly #encoder: BatchEncoder | undefined;
  readonly #execution: Execution;
  #connection: DuckDBConnection | undefined;
  #statement: DuckDBPreparedStatement | undefined;
  #result: DuckDBResult | undefined;
  #reader: RowReader | undefined;
  #ended = false;
  #closing: Promise<void> | undefined;

  constructor(options: {
    readonly instance: DuckDBInstance;
    readonly sql: string;
    readonly batchRows: number;
    readonly id: string | undefined;
    readonly timeLimitMillis: number;
    readonly stuck: (query: Query) => void;
  }) {
    this.#instance = options.instance;
    this.#sql = options.sql;
    this.#batchRows = options.batchRows;
    this.#encoder = options.id === undefined ? undefined : new BatchEncoder(options.id);
    this.#execution = new Execution({
      timeLimitMillis: options.timeLimitMillis,
      interrupt: () => this.#connection?.interrupt(),
      stuck: () => options.stuck(this),
    });
  }

  /** Checks and prepares the statement; it is not executed before the first batch is asked for. */
  async open(): Promise<ReadonlyArray<Column>> {
    try {
      const connection = await this.#connect();
      await this.#confine(connection);
      const isBound = confinePlan(await this.#tree(connection, planSql));
      this.#statement = await this.#prepare(connection);
      if (!isBound)
        throw new Refusal("forbidden", "DuckDB does not tell what the statement reads.");
      return columnsOf(this.#statement);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** The next rows, or `undefined` at the end. */
  async next(): Promise<EngineAnswer | undefined> {
    if (this.#ended) return undefined;
    try {
      const rows = await this.#batch();
      this.#ended = rows.length < this.#batchRows;
      if (this.#ended) await this.close();
      return rows.length === 0 ? undefined : this.#answer(rows);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  #answer(rows: ReadonlyArray<string>): EngineAnswer {
    const encoder = this.#encoder;
    return encoder === undefined
      ? { rows: `[${rows.join(",")}]` }
      : { batches: encoder.encode(rows) };
  }

  /** Interrupts what runs and frees the connection. Later calls settle with the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** It is kept inside of the call, so that whoever stops the call finds it. */
  #connect(): Promise<DuckDBConnection> {
    return this.#execution.run(async () => {
      this.#connection = await this.#instance.connect();
      return this.#connection;
    });
  }

  async #confine(connection: DuckDBConnection): Promise<void> {
    const sql = this.#sql;
    if (sql.length > maxSqlLength) {
      throw new Refusal(
        "forbidden",
        `The statement is ${sql.length} characters long; at most ${maxSqlLength} are read.`,
      );
    }
    // DuckDB's C interface would stop reading here, and answer another text than the checked one.
    if (sql.includes("\0")) throw new Refusal("sql", "The statement contains a NUL character.");
    const tree = await this.#tree(connection, syntaxSql);
    try {
      confineSyntax(tree);
    } catch (error) {
      if (error instanceof Refusal && error.code === "not-a-select") await this.#count(connection);
      throw error;
    }
  }

  /** What DuckDB says of the statement, as JSON. */
  async #tree(connection: DuckDBConnection, question: string): Promise<string> {
    const answer = await this.#execution.run(() =>
      connection.runAndReadAll(question, [this.#sql, maxTreeLength]),
    );
    const tree = answer.value(0, 0);
    if (typeof tree === "string") return tree;
    throw new Refusal("forbidden", "The statement has too many parts to be checked.");
  }

  /** Prepares the only statement there is, and asks DuckDB again what it is. */
  async #prepare(connection: DuckDBConnection): Promise<DuckDBPreparedStatement> {
    const statements = await this.#count(connection);
    const statement = await this.#execution.run(() => statements.prepare(0));
    if (statement.statementType !== StatementType.SELECT) {
      throw new Refusal("not-a-select", "Only a SELECT statement is answered.");
    }
    if (statement.parameterCount > 0) {
      throw new Refusal("sql", "The statement has parameters; write their values into it.");
    }
    return statement;
  }

  async #count(connection: DuckDBConnection) {
    const statements = await this.#execution.run(() => connection.extractStatements(this.#sql));
    if (statements.count !== 1) throw tooMany(statements.count);
    return statements;
  }

  async #batch(): Promise<ReadonlyArray<string>> {
    const rows: Array<string> = [];
    let length = 0;
    // Awaits where a chunk ends, not for every row.
    while (rows.length < this.#batchRows && (this.#reader?.hasNext || (await this.#fetch()))) {
      const row = JSON.stringify(this.#reader?.next());
      length += row.length;
      if (length > maxBatchLength) throw this.#tooWide();
      rows.push(row);
    }
    return rows;
  }

  /** Whether there is another chunk, which is then the reader's. */
  async #fetch(): Promise<boolean> {
    const chunk = await this.#execution.run(async () => {
      this.#result ??= await this.#statement?.stream();
      return this.#result?.fetchChunk();
    });
    if (!chunk || chunk.rowCount === 0) return false;
    this.#reader = new RowReader(chunk);
    return true;
  }

  #tooWide(): Refusal {
    return new Refusal(
      "out-of-memory",
      `A batch of ${this.#batchRows} rows is longer than ${maxBatchLength} characters of JSON; ` +
        "ask for fewer rows in a batch, or for narrower ones.",
    );
  }

  async #close(): Promise<void> {
    await this.#execution.stop(new Refusal("interrupted", "The query was closed."));
    this.#ended = true;
    // Closing a connection leaves a result's sorts and hash tables in memory until the garbage
    // collector finds it; an interrupted fetch drops them now.
    this.#connection?.interrupt();
    await this.#result?.fetchChunk().catch(() => {});
    this.#statement?.destroySync();
    this.#connection?.closeSync();
    this.#reader = undefined;
    this.#result = undefined;
  }
}

function columnsOf(statement: DuckDBPreparedStatement): ReadonlyArray<Column> {
  return Array.from({ length: statement.columnCount }, (_, index) => ({
    name: statement.columnName(index),
    type: String(statement.columnType(index)),
  }));
}
