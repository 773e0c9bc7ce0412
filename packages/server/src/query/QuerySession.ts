/**
 * The queries of one connection.
 *
 * Rows are pulled from the database only as the connection takes them, and it takes them only as its client
 * reads: a slow client costs its outbox and one batch a query, or two of a query that others of its connection overtake.
 * Everything goes out through `send`, in order.
 * Each query ends with exactly one of completed, cancelled and error; when its connection goes, it ends too.
 */
import { SendError } from "@sluice/runtime";
import type { UwsConnection } from "@sluice/uws";
import { Result } from "effect";
import { Answers, type Problem } from "./Answers.js";
import { type CancelQuery, clientMessage, type StartQuery } from "./ClientMessage.js";
import { type Batches, QueryError } from "./Database.js";
import type { Batch } from "./EngineMessage.js";
import { RunningQuery } from "./RunningQuery.js";
import type { ServerMessage } from "./ServerMessage.js";

/** The part of a database that a session needs. */
export interface QuerySource {
  stream(sql: string, options: StreamOptions): Promise<Batches>;
}

export interface StreamOptions {
  readonly id: string;
  readonly batchRows: number;
  /** Ends the query, whatever it does. */
  readonly signal: AbortSignal;
}

/** Queries that one connection may have running. */
export const maxQueries = 4;

const notText: Problem = { code: "not-text", message: "a message must be JSON text, not binary" };

const stopping = { code: "stopping", message: "the server stops" } as const;

const defaultBatchRows = 500;

/** More than a `progress` message has. */
const spareBytes = 1_024;

export class QuerySession {
  readonly #connection: UwsConnection;
  readonly #source: QuerySource;
  readonly #running = new Map<string, RunningQuery>();
  readonly #answers: Answers;
  #isStopping = false;
  #ended = false;

  constructor(connection: UwsConnection, source: QuerySource) {
    this.#connection = connection;
    this.#source = source;
    this.#answers = new Answers(
      async (text) => {
        if (!this.#ended) await connection.send(text);
      },
      (error) => this.#fail(error),
    );
  }

  /** Answers a message: `undefined` stands for one that is not text. */
  receive(text: string | undefined): void {
    const problem = text === undefined ? notText : this.#obey(text);
    if (problem !== undefined) this.#answers.add(problem);
  }

  /**
   * The server stops: ends the queries, each with a last message of its own, and begins no others. Resolves when these
   * messages are in the outbox, or never will be.
   */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const last = Array.from(this.#running.values(), (query) => {
      query.abort.abort();
      return this.#conclude(query, { type: "error", id: query.id, ...stopping });
    });
    await Promise.allSettled(last);
  }

  /** The connection is going: ends its queries, and says nothing more. */
  end(): void {
    this.#ended = true;
    for (const query of this.#running.values()) query.abort.abort();
  }

  /** Does what a message says; returns why not. */
  #obey(text: string): Problem | undefined {
    const decoded = clientMessage(text);
    if (Result.isFailure(decoded)) return decoded.failure;
    const message = decoded.success;
    switch (message.type) {
      case "query":
        return this.#start(message);
      case "cancel":
        return this.#cancel(message);
      default:
        return message satisfies never;
    }
  }

  #start(message: StartQuery): Problem | undefined {
    const { id } = message;
    if (this.#isStopping) return { id, ...stopping };
    if (this.#running.has(id)) {
      const rule = "must differ from those of the queries that are running";
      return { id, code: "duplicate-id", message: `id (${JSON.stringify(id)}) ${rule}` };
    }
    if (this.#running.size >= maxQueries) {
      const rule = `at most ${maxQueries} queries run at a time on one connection`;
      return { id, code: "too-many-queries", message: rule };
    }
    const query = new RunningQuery(id);
    this.#running.set(id, query);
    this.#run(query, message)
      .then((last) => this.#conclude(query, last))
      .catch((error) => this.#fail(error))
      .finally(() => this.#running.delete(id));
    return undefined;
  }

  #cancel({ id }: CancelQuery): Problem | undefined {
    const query = this.#running.get(id);
    query?.abort.abort();
    if (query !== undefined) return undefined;
    const rule = "must be that of a query that is running";
    return { id, code: "unknown-query", message: `id (${JSON.stringify(id)}) ${rule}` };
  }

  /** Says the last message of a query, once: of several the first. */
  #conclude(query: RunningQuery, last: ServerMessage): Promise<void> {
    query.said ??= this.#say(last);
    return query.said;
  }

  /** Runs a query; returns its last message, or fails with what ends the connection. */
  async #run(query: RunningQuery, message: StartQuery): Promise<ServerMessage> {
    const { id, abort } = query;
    try {
      await this.#stream(query, message);
      return { type: "completed", id, ...query.progress };
    } catch (error) {
      if (error instanceof SendError && error.reason !== "too-large") throw error;
      if (abort.signal.aborted) return { type: "cancelled", id, ...query.progress };
      return { type: "error", id, ...problemOf(error) };
    }
  }

  async #stream(
    query: RunningQuery,
    { sql, batchRows = defaultBatchRows }: StartQuery,
  ): Promise<void> {
    const { id } = query;
    const { signal } = query.abort;
    const results = await this.#source.stream(sql, { id, batchRows, signal });
    const next = () => results.next();
    try {
      signal.throwIfAborted();
      const started: ServerMessage = { type: "started", id, columns: results.columns };
      await this.#connection.send(JSON.stringify(started), { signal });
      let asked = next();
      for (let batches = await asked; batches !== undefined; batches = await asked) {
        // Where none of them waits, the next could be asked for as soon as they are sent: then the engine need not rest
        // meanwhile. If they wait, so does the question.
        const isRoomy = this.#hasRoomFor(batches);
        if (isRoomy) asked = quiet(next());
        for (const batch of batches) await this.#send(query, batch);
        if (!isRoomy) asked = next();
      }
      signal.throwIfAborted();
    } finally {
      await results.close();
    }
  }

  async #send(query: RunningQuery, { text, rows }: Batch): Promise<void> {
    const { signal } = query.abort;
    await this.#connection.send(text, { signal });
    const isTimeToSay = query.sent(rows);
    // Nothing follows the last message.
    signal.throwIfAborted();
    if (isTimeToSay) await this.#say({ type: "progress", id: query.id, ...query.progress });
  }

  /** Whether all of them are taken without a wait, and a `progress` message with them. */
  #hasRoomFor(batches: ReadonlyArray<Batch>): boolean {
    const { configuration, fill } = this.#connection;
    const bytes = batches.reduce((sum, { text }) => sum + Buffer.byteLength(text), spareBytes);
    const messages = batches.length + 1;
    // More than what the fill will be, which is the larger of the two.
    const above = fill + bytes / configuration.maxBytes + messages / configuration.maxMessages;
    return above < configuration.throttleAt;
  }

  async #say(message: ServerMessage): Promise<void> {
    if (!this.#ended) await this.#connection.send(JSON.stringify(message));
  }

  /** A message could not be sent: the client has taken nothing for too long, or has gone. */
  #fail(error: unknown): void {
    if (this.#ended) return;
    if (error instanceof SendError) {
      this.#connection.evict();
    } else {
      console.error(`connection ${this.#connection.id}: a query failed unexpectedly`, error);
      this.#connection.evict({ code: 1011, reason: "internal error" });
    }
  }
}

/** What fails while nobody looks fails again when somebody does. */
function quiet<A>(asked: Promise<A>): Promise<A> {
  asked.catch(() => {});
  return asked;
}

function problemOf(error: unknown): Problem {
  if (error instanceof QueryError) return { code: error.code, message: error.message };
  if (error instanceof SendError) {
    return { code: "row-too-large", message: "a row must fit into the connection's outbox" };
  }
  throw error;
}
