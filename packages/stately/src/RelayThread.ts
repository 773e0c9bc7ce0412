/**
 * The thread in which Stately's relay runs: what goes wrong in it, a port that is taken or a page that does not read,
 * cannot reach the server. It tells the server that it listens, and then of everyone who connects.
 */
import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { createInspectorServer } from "@statelyai/inspect/server";

// Stately's relay listens on every address and lets anybody in: here only this machine gets an answer.
subscribe("net.server.socket", (message) => {
  const { socket } = message as { readonly socket: Socket };
  if (isLocal(socket.remoteAddress)) parentPort?.postMessage("visitor");
  else socket.destroy();
});

createInspectorServer({ port: workerData as number, autoOpen: false });

// Without a host to look up, Node binds at once and tells of a failure on the next tick, which ends this thread.
setImmediate(() => parentPort?.postMessage("listening"));

function isLocal(address = ""): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(address);
}
