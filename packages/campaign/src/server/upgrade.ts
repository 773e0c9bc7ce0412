/** How sockets are opened: what clients may send, and an upgrade by uWebSockets.js that keeps the path that was asked for. */
import type { HttpRequest, HttpResponse, us_socket_context_t } from "uWebSockets.js";

export interface UserData {
  readonly client: string;
}

/** What a client may send at the most. */
export const maxPayloadBytes = 16 * 1024;

/** `ws` keeps the socket of a client that does not answer its goodbye: for so long, in the place of 30 s. */
export const wsSettings = { maxPayload: maxPayloadBytes, closeTimeout: 2_000 } as const;

export function upgrade(
  response: HttpResponse,
  request: HttpRequest,
  context: us_socket_context_t,
): void {
  const data: UserData = { client: request.getUrl() };
  const header = (name: string) => request.getHeader(`sec-websocket-${name}`);
  response.upgrade(data, header("key"), header("protocol"), header("extensions"), context);
}
