/** What uWebSockets.js says when a socket goes, and how that is told apart. */
import type { CloseInfo } from "@sluice/runtime";

/**
 * Who ended a connection that we did not end: its idle timeout, or the client. No client can feign the former, for
 * 1006 is never in a frame.
 */
export function departure(code: number, reason: string): Extract<CloseInfo["by"], "idle" | "peer"> {
  return code === 1006 && reason === idleWords ? "idle" : "peer";
}

/** What uWebSockets.js says of an idle timeout. */
const idleWords = "WebSocket timed out from inactivity";
