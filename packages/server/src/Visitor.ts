/** What a connection says of itself when it comes: read off its upgrade request, or refused with the rule. */
import type { HttpRequest, HttpResponse, us_socket_context_t } from "uWebSockets.js";
import type { OverflowStrategy } from "@sluice/core";
import { type Refusal, refuse } from "./http/Refusal.js";

/** The routes on which there are connections. */
export const paths = ["/query", "/feed"] as const;

export type Path = (typeof paths)[number];

export interface Visitor {
  readonly path: Path;
  readonly policy: OverflowStrategy;
  /** How many messages its outbox holds. */
  readonly maxMessages: number;
  /** The name that its query string gives, or "". */
  readonly client: string;
  /** Whether it is a client of the demonstration, and is let be slow. */
  readonly isGuest: boolean;
}

/** What a path offers. */
export interface Offer {
  readonly path: Path;
  readonly policies: ReadonlyArray<OverflowStrategy>;
  /** The one that holds when the query string names none. */
  readonly policy: OverflowStrategy;
  /** The most messages, which hold when the query string gives no number. */
  readonly maxMessages: number;
  /** Whether the query string may ask for fewer. */
  readonly hasChoice: boolean;
}

const clientName = /^[\w.-]{1,40}$/;
const wholeNumber = /^[1-9]\d{0,9}$/;

/** Upgrades a request, or answers it with 400 and a structured error. */
export function admit(
  response: HttpResponse,
  request: HttpRequest,
  context: us_socket_context_t,
  offer: Offer,
  isGuest: boolean,
): void {
  const client = request.getQuery("client") ?? "";
  const policy = request.getQuery("policy") ?? offer.policy;
  const maxMessages = request.getQuery("maxMessages") ?? String(offer.maxMessages);
  const refusal = refusalOf({ client, policy, maxMessages }, offer);
  if (refusal !== undefined) {
    refuse(response, "400 Bad Request", refusal);
    return;
  }
  response.upgrade<Visitor>(
    {
      path: offer.path,
      policy: policy as OverflowStrategy,
      maxMessages: Number(maxMessages),
      client,
      isGuest,
    },
    request.getHeader("sec-websocket-key"),
    request.getHeader("sec-websocket-protocol"),
    request.getHeader("sec-websocket-extensions"),
    context,
  );
}

function refusalOf(
  wish: { readonly client: string; readonly policy: string; readonly maxMessages: string },
  { policies, maxMessages: most, hasChoice }: Offer,
): Refusal | undefined {
  const { client, policy, maxMessages } = wish;
  if (!(policies as ReadonlyArray<string>).includes(policy)) {
    const rule = `must be one of: ${policies.join(", ")}`;
    return { code: "unknown-policy", message: `policy (${JSON.stringify(policy)}) ${rule}` };
  }
  const isNumber = wholeNumber.test(maxMessages) && Number(maxMessages) <= most;
  if (!(hasChoice ? isNumber : maxMessages === String(most))) {
    const rule = hasChoice ? `must be a whole number from 1 to ${most}` : `must be ${most} here`;
    const message = `maxMessages (${JSON.stringify(maxMessages)}) ${rule}`;
    return { code: "bad-max-messages", message };
  }
  if (client !== "" && !clientName.test(client)) {
    const rule = 'must be 1 to 40 letters, digits, ".", "_" or "-"';
    return { code: "bad-client", message: `client (${JSON.stringify(client)}) ${rule}` };
  }
  return undefined;
}
