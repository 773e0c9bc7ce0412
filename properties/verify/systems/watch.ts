/** Watches what is done to a uWebSockets.js socket, and notes what must never be done. */
import type { WebSocket } from "uWebSockets.js";

/** `sent` is told of every message before the socket gets it. */
export function watch(
  socket: WebSocket<unknown>,
  misuse: Array<string>,
  sent: (payload: unknown) => void,
): void {
  const { send, cork } = socket;
  const seen = new Set<unknown>();
  let isCorked = false;
  let wasPressured = false;
  socket.send = (payload, ...rest) => {
    // The cork buffer is not in it: a batch is judged by how it began.
    if (socket.getBufferedAmount() > 0) misuse.push("send under pressure");
    if (wasPressured) misuse.push("send after a 0 in the same cork");
    if (seen.has(payload)) misuse.push("a message sent twice");
    seen.add(payload);
    sent(payload);
    const status = send.call(socket, payload, ...rest);
    if (status === 2) misuse.push("a message that the socket refused");
    wasPressured = isCorked && status === 0;
    return status;
  };
  socket.cork = (write) => {
    if (isCorked) misuse.push("cork inside a cork");
    isCorked = true;
    const same = cork.call(socket, write);
    isCorked = false;
    wasPressured = false;
    return same;
  };
}
