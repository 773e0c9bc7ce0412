/**
 * The process of the reference server, and beside it of a bare one: the same engine and the same messages, in a loop
 * that sends them on a socket of uWebSockets.js and waits only while that holds a megabyte.
 */
import { App, type WebSocket } from "uWebSockets.js";
import { Database, Server } from "@sluice/server";
import { listen } from "../sockets/listen.js";
import type { Ports, QueryRequest, Wanted } from "./protocol.js";

/** What the outbox of a query holds in the reference server. */
const mostBytes = 1_048_576;

interface Visitor {
  wake: () => void;
}

const database = await Database.open();
const server = await Server.start({ database });
const app = App().ws<Visitor>("/query", {
  maxBackpressure: 4 * mostBytes,
  upgrade: (response, request, context) => {
    response.upgrade<Visitor>(
      { wake: () => {} },
      request.getHeader("sec-websocket-key"),
      request.getHeader("sec-websocket-protocol"),
      request.getHeader("sec-websocket-extensions"),
      context,
    );
  },
  message: (socket, message) => void answer(socket, JSON.parse(Buffer.from(message).toString())),
  drain: (socket) => socket.getUserData().wake(),
});
const { port: bare } = await listen(app);

process.on("message", async (request: QueryRequest) => {
  const ports: Ports = { ours: server.port, bare };
  process.send?.(request.ask === "ports" ? ports : await drain(request));
});
process.on("disconnect", async () => {
  await database.close();
  process.exit();
});
async function answer(socket: WebSocket<Visitor>, { id, ...options }: Wanted): Promise<void> {
  const results = await database.stream(options.sql, { id, batchRows: options.batchRows });
  let sent = 0;
  for (let next = await results.next(); next !== undefined; next = await results.next()) {
    for (const { text, rows } of next) {
      socket.send(text, false);
      sent += rows;
      if (socket.getBufferedAmount() >= mostBytes) await drained(socket.getUserData());
    }
  }
  socket.send(JSON.stringify({ type: "completed", id, rows: sent }), false);
}

function drained(visitor: Visitor): Promise<void> {
  return new Promise((resolve) => {
    visitor.wake = resolve;
  });
}

/** Answers how many rows there were. */
async function drain({ sql, batchRows }: QueryRequest & { ask: "drain" }): Promise<number> {
  const results = await database.stream(sql, { id: "q", batchRows });
  let count = 0;
  for (let next = await results.next(); next !== undefined; next = await results.next()) {
    for (const { rows } of next) count += rows;
  }
  return count;
}
