/**
 * A query's failure inside the engine process, and how DuckDB's own errors become one.
 *
 * The server turns it into a `QueryError`; the engine does not load Effect, which would cost it
 * start-up time and memory for one class.
 */
import type { QueryErrorCode } from "./EngineMessage.js";

export class Refusal extends Error {
  readonly code: QueryErrorCode;

  constructor(code: QueryErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** DuckDB tells its errors apart only by how the message begins. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const message = String(error instanceof Error ? error.message : error)
    .replace(/^Failed to extract statements: /, "")
    // Internal errors bring a stack trace, which names the server's paths.
    .replace(/\s*Stack Trace:.*$/s, "");
  if (message.startsWith("Out of Memory Error")) return outOfMemory();
  if (
    message.startsWith("Permission Error") ||
    /file system operations are disabled/.test(message)
  ) {
    return new Refusal(
      "forbidden",
      "The statement reads outside of the database, which is forbidden.",
    );
  }
  if (message.startsWith("INTERRUPT Error")) {
    return new Refusal("interrupted", "The query was interrupted.");
  }
  return new Refusal("sql", message);
}

/** Of DuckDB's own accounting as of the process: to a client they are one limit. */
export function outOfMemory(): Refusal {
  return new Refusal(
    "out-of-memory",
    "The statement needs more memory than the limit that all queries share; aggregate, filter or limit it.",
  );
}
