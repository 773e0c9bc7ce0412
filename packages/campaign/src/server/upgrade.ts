/** An upgrade by uWebSockets.js that keeps the path that the client asked for. */
import type { HttpRequest, HttpResponse, us_socket_context_t } from "uWebSockets.js";

export interface UserData {
  readonly client: string;
}

/** What a client may send at the most. */
export const maxPayloadBytes = 16 * 1024;

export function upgrade(
  response: HttpResponse,
  request: HttpRequest,
  context: us_socket_context_t,
): void {
  const data: UserData = { client: request.getUrl() };
  const header = (name: string) => request.getHeader(`sec-websocket-${name}`);
  response.upgrade(data, header("key"), header("protocol"), header("extensions"), context);
}
