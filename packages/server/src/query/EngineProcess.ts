/**
 * The engine: a process of its own, in which DuckDB runs statements from outside.
 *
 * DuckDB cannot be confined inside of the server's process. Its memory limit does not cover strings
 * and lists under construction (`select repeat('x', 100000000) from range(100)` takes 3.5 GB under a
 * limit of 512 MB), some of its steps cannot be interrupted (nested lambdas are planned in
 * exponential time), and some values crash it (a deeply nested JSON text cast to VARIANT). So it
 * guarantees what a process can: whatever a statement does, the memory is bounded and the server
 * lives. The engine watches itself, and dies rather than exceed a limit; Engine.ts replaces it.
 */
import type { DuckDBInstance } from "@duckdb/node-api";
import type {
  EngineAnswer,
  EngineReply,
  EngineRequest,
  EngineStart,
  QueryRequest,
} from "./EngineMessage.js";
import { graceMillis } from "./Execution.js";
import { openFlights } from "./Flights.js";
import { Query } from "./Query.js";
import { outOfMemory, Refusal, refusalOf } from "./Refusal.js";

const watchEveryMillis = 20;

/** What the process may take beyond DuckDB's limit: vectors, rows on their way to JSON. */
const slackBytes = 384 * 1024 * 1024;

const start = JSON.parse(process.argv[2] ?? "") as EngineStart;
const queries = new Map<number, Query>();
/** The calls without a reply, and whose they are. */
const executing = new Map<number, Query>();

// A signal from the terminal reaches the server too, which decides when the engine ends.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
process.on("disconnect", die);

const instance = await openFlights(start);
watchMemory(await memoryLimitBytes(instance));
process.on("message", (request: EngineRequest) => void answer(request));
await send({ kind: "ready" });

async function answer(request: EngineRequest): Promise<void> {
  const { call } = request;
  const query = request.kind === "query" ? create(request) : queries.get(request.query);
  if (query && request.kind !== "close") executing.set(call, query);
  try {
    const answered = await perform(request, query);
    await reply({ kind: "answered", call, ...answered });
  } catch (error) {
    queries.delete(request.query);
    await refuse(call, refusalOf(error));
  }
}

async function perform(request: EngineRequest, query: Query | undefined): Promise<EngineAnswer> {
  switch (request.kind) {
    case "query":
      return { columns: (await query?.open()) ?? [] };
    case "next": {
      const answer = await query?.next();
      if (answer === undefined) queries.delete(request.query);
      return answer ?? {};
    }
    case "close":
      queries.delete(request.query);
      await query?.close();
      return {};
    default:
      return request satisfies never;
  }
}

function create(request: QueryRequest): Query {
  const query = new Query({
    instance,
    sql: request.sql,
    batchRows: request.batchRows,
    id: request.id,
    timeLimitMillis: start.timeLimitMillis,
    stuck: (stuck) => {
      const message = `A step of the query went on for ${graceMillis} ms after it was interrupted.`;
      condemn(new Refusal("timeout", message), (query) => query === stuck);
    },
  });
  queries.set(request.query, query);
  return query;
}

function refuse(call: number, { code, message }: Refusal): Promise<void> {
  return reply({ kind: "refused", call, code, message });
}

/** Resolves when the reply has left. */
function reply(message: Extract<EngineReply, { call: number }>): Promise<void> {
  executing.delete(message.call);
  return send(message);
}

function send(message: EngineReply): Promise<void> {
  return new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));
}

async function memoryLimitBytes(duckdb: DuckDBInstance): Promise<number> {
  const connection = await duckdb.connect();
  const answer = await connection.runAndReadAll(
    "select parse_formatted_bytes(current_setting('memory_limit'))::double",
  );
  connection.closeSync();
  return Number(answer.value(0, 0));
}

function watchMemory(limitBytes: number): void {
  const ceilingBytes = process.memoryUsage.rss() + limitBytes + slackBytes;
  setInterval(() => {
    const bytes = residentBytes();
    if (bytes !== undefined && bytes > ceilingBytes) condemn(outOfMemory(), () => true);
  }, watchEveryMillis);
}

/** Undefined when the system has no descriptor left to read it with; the next look comes soon. */
function residentBytes(): number | undefined {
  try {
    return process.memoryUsage.rss();
  } catch {
    return undefined;
  }
}

/** Tells the guilty why, if that still gets out, and ends the process. */
function condemn(reason: Refusal, isGuilty: (query: Query) => boolean): void {
  setTimeout(die, 100);
  void send({ kind: "dying" });
  const guilty = [...executing].filter(([, query]) => isGuilty(query));
  void Promise.all(guilty.map(([call]) => refuse(call, reason))).then(die);
}

function die(): void {
  process.kill(process.pid, "SIGKILL");
}
