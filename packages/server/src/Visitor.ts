/** What a connection says of itself when it comes: read off its upgrade request, or refused with the rule. */
import type { HttpRequest, HttpResponse, us_socket_context_t } from "uWebSockets.js";
import { type OverflowStrategy, overflowStrategies } from "@sluice/core";
import { refuse } from "./http/Refusal.js";

/** The routes on which there are connections. */
export const paths = ["/query", "/feed"] as const;

export type Path = (typeof paths)[number];

export interface Visitor {
  readonly path: Path;
  readonly policy: OverflowStrategy;
  /** The name that its query string gives, or "". */
  readonly client: string;
  /** Whether it is a client of the demonstration, and is let be slow. */
  readonly isGuest: boolean;
}

const clientName = /^[\w.-]{1,40}$/;

/**
 * Upgrades a request, or answers it with 400 and a structured error.
 *
 * `policy` is the one that holds when the query string names none, and `choosable` says whether it may.
 */
export function admit(
  response: HttpResponse,
  request: HttpRequest,
  context: us_socket_context_t,
  {
    path,
    policy,
    choosable,
    isGuest,
  }: { path: Path; policy: OverflowStrategy; choosable: boolean; isGuest: boolean },
): void {
  const client = request.getQuery("client") ?? "";
  const wanted = request.getQuery("policy") ?? policy;
  const allowed: ReadonlyArray<string> = choosable ? overflowStrategies : [policy];
  if (!allowed.includes(wanted)) {
    refuse(response, "400 Bad Request", {
      code: "unknown-policy",
      message: `policy (${JSON.stringify(wanted)}) must be one of: ${allowed.join(", ")}`,
    });
  } else if (client !== "" && !clientName.test(client)) {
    refuse(response, "400 Bad Request", {
      code: "bad-client",
      message: `client (${JSON.stringify(client)}) must be 1 to 40 letters, digits, ".", "_" or "-"`,
    });
  } else {
    response.upgrade<Visitor>(
      { path, policy: wanted as OverflowStrategy, client, isGuest },
      request.getHeader("sec-websocket-key"),
      request.getHeader("sec-websocket-protocol"),
      request.getHeader("sec-websocket-extensions"),
      context,
    );
  }
}
