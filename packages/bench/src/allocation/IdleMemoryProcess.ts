/**
 * How much JavaScript heap an idle connection takes: written as JSON, in bytes, when it is fresh and when it has been
 * used and has rested since. Its sockets do nothing, so that only what Sluice keeps is counted.
 */
import type { WebSocket } from "uWebSockets.js";
import { Frame, Sluice } from "@sluice/uws";
import { collectGarbage } from "../rounds.js";

/** What a socket does: it takes everything, and remembers what it was asked. */
const methods = {
  send: () => 1,
  ping(this: QuietSocket, payload: string) {
    this.asked = payload;
    return 1;
  },
  getBufferedAmount: () => 0,
  cork: (write: () => void) => write(),
};

const connections = 20_000;
const sluice = new Sluice({ configuration: { healthWindowMillis: 1_000 } });
const { open, pong } = sluice.wrap();
const sockets = Array.from({ length: connections }, quietSocket);

// Code and tables are there before anything is counted.
const before = await heap(() => {
  const one = quietSocket();
  open?.(one);
  answer(one);
});
const fresh = await heap(() => {
  for (const socket of sockets) open?.(socket);
  for (const socket of sockets) answer(socket);
});
const used = await heap(async () => {
  sluice.broadcast(Frame.text("x".repeat(128)));
  // Each is asked within a second what it has received, and rests when there is nothing of late.
  for (let second = 0; second < 5; second++) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    for (const socket of sockets) answer(socket);
  }
});
process.stdout.write(
  JSON.stringify({ fresh: (fresh - before) / connections, used: (used - before) / connections }),
);
process.exit();

interface QuietSocket extends WebSocket<unknown> {
  asked: string | undefined;
}

/** A socket whose client reads everything. */
function quietSocket(): QuietSocket {
  return Object.assign(Object.create(methods), { asked: undefined });
}

function answer(socket: QuietSocket): void {
  const { asked } = socket;
  socket.asked = undefined;
  if (asked !== undefined) pong?.(socket, Uint8Array.from(Buffer.from(asked)).buffer);
}

async function heap(act: () => unknown): Promise<number> {
  await act();
  for (let turn = 0; turn < 5; turn++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}
