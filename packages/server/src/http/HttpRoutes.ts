/** What is answered over plain HTTP: health, metrics, connections. The page answers for itself. */
import type { HttpRequest, HttpResponse, TemplatedApp } from "uWebSockets.js";
import type { ConnectionBook } from "../ConnectionBook.js";
import type { Metrics } from "./Metrics.js";
import { refuse } from "./Refusal.js";

/** What a page answers with. */
interface Answer {
  readonly type: string;
  readonly body: string;
}

/** Routes every request that is not a WebSocket's. Register it after the WebSocket routes. */
export function routeHttp(app: TemplatedApp, book: ConnectionBook, metrics: Metrics): void {
  const pages = new Map<string, () => Answer | Promise<Answer>>([
    ["/healthz", () => json({ status: "ok", connections: book.size })],
    ["/connections", () => json(book.open())],
    ["/metrics", async () => ({ type: metrics.contentType, body: await metrics.text() })],
  ]);
  app.any("/*", (response, request) => {
    const path = request.getUrl();
    const read = pages.get(path);
    if (read !== undefined) answer(response, request, read);
    else if (path === "/query" || path === "/feed") {
      const message = `${path} is a WebSocket: connect with ws://`;
      const refusal = { code: "upgrade-required", message };
      refuse(response, "426 Upgrade Required", refusal, { upgrade: "websocket" });
    } else {
      const message = `there is nothing at ${path}`;
      refuse(response, "404 Not Found", { code: "not-found", message });
    }
  });
}

function answer(
  response: HttpResponse,
  request: HttpRequest,
  read: () => Answer | Promise<Answer>,
): void {
  const method = request.getMethod();
  if (method !== "get" && method !== "head") {
    const message = `the method (${method.toUpperCase()}) must be GET or HEAD`;
    const refusal = { code: "method-not-allowed", message };
    refuse(response, "405 Method Not Allowed", refusal, { allow: "GET, HEAD" });
    return;
  }
  let aborted = false;
  response.onAborted(() => {
    aborted = true;
  });
  const reply = (write: () => void) => {
    if (!aborted) response.cork(write);
  };
  Promise.resolve()
    .then(read)
    .then(
      ({ type, body }) =>
        reply(() => {
          response.writeHeader("content-type", type).writeHeader("cache-control", "no-store");
          if (method === "get") response.end(body);
          else response.endWithoutBody(Buffer.byteLength(body));
        }),
      (error) =>
        reply(() => {
          refuse(response, "500 Internal Server Error", {
            code: "internal",
            message: String(error),
          });
        }),
    );
}

function json(value: unknown): Answer {
  return { type: "application/json", body: JSON.stringify(value) };
}
