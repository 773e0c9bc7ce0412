/** The process in which the clients live. It does as it is asked by `Readers`, one thing at a time. */
import { rawClient } from "./RawClient.js";
import type { Answer, Request } from "./Readers.js";

const received = new Map<string, number>();
let awaited: { readonly path: string; readonly bytes: number } | undefined;

process.on("message", async (request: Request) => {
  if (request.ask === "connect") {
    const { port, path, manner } = request;
    received.set(path, received.get(path) ?? 0);
    for (let left = request.count; left > 0; left -= atATime) {
      const batch = Array.from({ length: Math.min(left, atATime) }, () =>
        rawClient(port, path, (count) => note(path, count), manner),
      );
      await Promise.all(batch);
    }
    answer({ received: received.get(path) as number });
  } else {
    awaited = request;
    note(request.path, 0);
  }
});

process.on("disconnect", () => process.exit());

/** Handshakes under way at once: fewer than a listening socket's backlog. */
const atATime = 100;

function note(path: string, count: number): void {
  const total = (received.get(path) ?? 0) + count;
  received.set(path, total);
  if (awaited?.path !== path || total < awaited.bytes) return;
  awaited = undefined;
  answer({ received: total });
}

function answer(what: Answer): void {
  process.send?.(what);
}
