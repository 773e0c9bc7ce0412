/** What is answered over plain HTTP: health, metrics, connections. The page answers for itself. */
import type { HttpRequest, HttpResponse, TemplatedApp } from "uWebSockets.js";
import type { ConnectionBook } from "../ConnectionBook.js";
import type { Peers } from "../cluster/Peers.js";
import type { Metrics, Registries } from "./Metrics.js";
import { jsonPieces, Recipient, sendPieces } from "./Pieces.js";
import { refuse } from "./Refusal.js";

/** What a page answers with. */
interface Answer {
  readonly type: string;
  /** In pieces where it is long. */
  readonly body: string | Iterable<string>;
}

type Read = () => Answer | Promise<Answer>;

/** Routes every request that is not a WebSocket's. Register it after the WebSocket routes. */
export function routeHttp(
  app: TemplatedApp,
  book: ConnectionBook,
  metrics: Metrics,
  registries: Registries,
  peers?: Pick<Peers, "all">,
): void {
  /** By path. */
  const evictions = () =>
    Object.fromEntries(Object.entries(registries).map(([path, one]) => [path, one.evictions]));
  const pages = new Map<string, Read>([
    ["/healthz", () => json({ status: "ok", connections: book.size })],
    ["/connections", () => ({ type: jsonType, body: jsonPieces(book.present()) })],
    ["/evictions", () => json(evictions())],
    ["/cluster", () => json(peers?.all ?? [])],
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

function answer(response: HttpResponse, request: HttpRequest, read: Read): void {
  const method = request.getMethod();
  if (method !== "get" && method !== "head") {
    const message = `the method (${method.toUpperCase()}) must be GET or HEAD`;
    const refusal = { code: "method-not-allowed", message };
    refuse(response, "405 Method Not Allowed", refusal, { allow: "GET, HEAD" });
    return;
  }
  void reply(response, method, read);
}

async function reply(response: HttpResponse, method: string, read: Read): Promise<void> {
  const recipient = new Recipient(response);
  let hasBegun = false;
  try {
    const { type, body } = await read();
    if (recipient.isGone) return;
    hasBegun = true;
    response.cork(() => {
      response.writeHeader("content-type", type).writeHeader("cache-control", "no-store");
      if (method === "head") endWithoutBody(response, body);
      else if (typeof body === "string") response.end(body);
    });
    if (method === "get" && typeof body !== "string") await sendPieces(response, body, recipient);
  } catch (error) {
    if (recipient.isGone) return;
    // What has been sent stands; that it is cut off says that it is not whole.
    if (hasBegun) response.close();
    else refuseInternally(response, String(error));
  }
}

function refuseInternally(response: HttpResponse, message: string): void {
  response.cork(() => refuse(response, "500 Internal Server Error", { code: "internal", message }));
}

/** How long it would be is only known of one that is there. */
function endWithoutBody(response: HttpResponse, body: Answer["body"]): void {
  if (typeof body === "string") response.endWithoutBody(Buffer.byteLength(body));
  else response.endWithoutBody();
}

const jsonType = "application/json";

function json(value: unknown): Answer {
  return { type: jsonType, body: JSON.stringify(value) };
}
