/**
 * Why a query was refused or ended early.
 *
 * It guarantees a `code` for programs and a `message` that names the value and the rule for people;
 * neither holds a path or a stack trace of the server.
 */
import { speaks, spoken } from "@sluice/core";
import { Data } from "effect";
import type { QueryErrorCode as EngineErrorCode } from "./EngineMessage.js";

export type QueryErrorCode = EngineErrorCode | "busy" | "gave-way";

/**
 * The one expected failure of a query.
 *
 * - `not-a-select`, `multiple-statements`, `forbidden`: refused before anything ran.
 * - `sql`: DuckDB rejected the statement, or a value in it.
 * - `timeout`, `out-of-memory`: the statement reached a limit.
 * - `interrupted`: the query was closed, or the engine was replaced while it was open.
 * - `gave-way`: it was executing for long, and others had no turn.
 * - `busy`: too many wait for the engine already; nothing ran.
 */
export class QueryError extends Data.TaggedError("QueryError")<{
  readonly code: QueryErrorCode;
  readonly message: string;
}> {
  [speaks](): string {
    return spoken(this);
  }
}
