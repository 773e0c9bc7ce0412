/** The page as one HTML document, answered over HTTP. It asks for nothing else but its feed. */

import type { HttpRequest, HttpResponse } from "uWebSockets.js";
import { readFileSync } from "node:fs";

/** Made by `bundle.mjs`; from `src` as from `dist` this is the way to it. */
const file = new URL("../dist/page.html", import.meta.url);

let document: string | undefined;

/** Answers GET and HEAD with the page, anything else with 405. */
export function answerDocument(response: HttpResponse, request: HttpRequest): void {
  const method = request.getMethod();
  if (method !== "get" && method !== "head") {
    response.writeStatus("405 Method Not Allowed").writeHeader("allow", "GET, HEAD");
    const message = `the method (${method.toUpperCase()}) must be GET or HEAD`;
    answerJson(response, { code: "method-not-allowed", message }, method);
    return;
  }
  try {
    document ??= readFileSync(file, "utf8");
  } catch (error) {
    process.emitWarning(`the live page cannot be read: ${error}`);
    response.writeStatus("503 Service Unavailable");
    answerJson(
      response,
      {
        code: "unavailable",
        message: "the page cannot be read now; try again",
      },
      method,
    );
    return;
  }
  response
    .writeHeader("content-type", "text/html; charset=utf-8")
    .writeHeader("cache-control", "no-store")
    .writeHeader("x-content-type-options", "nosniff")
    .writeHeader("referrer-policy", "no-referrer")
    // In a frame of a foreign page, its own visitor's clicks could be led astray.
    .writeHeader("content-security-policy", "frame-ancestors 'none'");
  end(response, document, method);
}

/** Ends an answer; that to HEAD has no body, and closes the connection: uWebSockets.js answers nothing more there. */
function end(response: HttpResponse, body: string, method: string): void {
  if (method !== "head") {
    response.end(body);
    return;
  }
  // An answer without a body does not count as one to uWebSockets.js: without this it would end the process.
  response.onAborted(() => {});
  response.endWithoutBody(Buffer.byteLength(body), true);
}

/** Answers with a structured error; write its status first. */
export function answerJson(
  response: HttpResponse,
  refusal: { readonly code: string; readonly message: string },
  method: string,
): void {
  end(response.writeHeader("content-type", "application/json"), JSON.stringify(refusal), method);
}
