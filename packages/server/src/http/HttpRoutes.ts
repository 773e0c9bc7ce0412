/** What is answered over plain HTTP: health, metrics, connections. The page answers for itself. */
import type { HttpRequest, HttpResponse, TemplatedApp } from "uWebSockets.js";
import { prometheusContentType } from "@sluice/runtime/metrics";
import { Recipient, sendPieces } from "./Pieces.js";
import { end, refuse } from "./Refusal.js";

/** What there is to say of a server, of one thread or of all. */
export interface Account {
  /** What `/healthz` has beside the status "ok", or with another. */
  health(): object | Promise<object>;
  /** A JSON array of connections, in pieces. */
  connections(): Iterable<string> | AsyncIterable<string>;
  /** By path. */
  evictions(): object | Promise<object>;
  /** Servers that share a feed. */
  cluster(): ReadonlyArray<unknown>;
  /** For Prometheus. */
  metrics(): Promise<string>;
}

/** What a page answers with. */
interface Answer {
  readonly type: string;
  /** In pieces where it is long. */
  readonly body: string | ReturnType<Account["connections"]>;
}

type Read = () => Answer | Promise<Answer>;

/** Routes every request that is not a WebSocket's. Register it after the WebSocket routes. */
export function routeHttp(app: TemplatedApp, account: Account): void {
  const pages = new Map<string, Read>([
    ["/healthz", async () => json({ status: "ok", ...(await account.health()) })],
    ["/connections", () => ({ type: jsonType, body: account.connections() })],
    ["/evictions", async () => json(await account.evictions())],
    ["/cluster", () => json(account.cluster())],
    ["/metrics", async () => ({ type: prometheusContentType, body: await account.metrics() })],
  ]);
  app.any("/*", (response, request) => {
    const path = request.getUrl();
    const read = pages.get(path);
    if (read !== undefined) answer(response, request, read);
    else if (path === "/query" || path === "/feed") {
      const message = `${path} is a WebSocket: connect with ws://`;
      const refusal = { code: "upgrade-required", message };
      const isHead = request.getMethod() === "head";
      refuse(response, "426 Upgrade Required", refusal, { upgrade: "websocket" }, isHead);
    } else {
      const message = `there is nothing at ${path}`;
      const isHead = request.getMethod() === "head";
      refuse(response, "404 Not Found", { code: "not-found", message }, {}, isHead);
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
  void reply(response, method === "head", read);
}

async function reply(response: HttpResponse, isHead: boolean, read: Read): Promise<void> {
  const recipient = new Recipient(response);
  let hasBegun = false;
  try {
    const { type, body } = await read();
    if (recipient.isGone) return;
    hasBegun = true;
    response.cork(() => {
      response.writeHeader("content-type", type).writeHeader("cache-control", "no-store");
      if (typeof body === "string") end(response, body, isHead);
      // How long it would be is only known of one that is there.
      else if (isHead) response.endWithoutBody();
    });
    if (!isHead && typeof body !== "string") await sendPieces(response, body, recipient);
  } catch (error) {
    if (recipient.isGone) return;
    // What has been sent stands; that it is cut off says that it is not whole.
    if (hasBegun) response.close();
    else refuseInternally(response, String(error), isHead);
  }
}

function refuseInternally(response: HttpResponse, message: string, isHead: boolean): void {
  const refusal = { code: "internal", message };
  response.cork(() => refuse(response, "500 Internal Server Error", refusal, {}, isHead));
}

const jsonType = "application/json";

function json(value: unknown): Answer {
  return { type: jsonType, body: JSON.stringify(value) };
}
