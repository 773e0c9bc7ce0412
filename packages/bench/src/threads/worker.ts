/** A thread that serves some of the connections; the first of them publishes a lap when it is told. */
import { App } from "uWebSockets.js";
import { setImmediate as nextTurn } from "node:timers/promises";
import { BroadcastChannel } from "node:worker_threads";
import { serve } from "@sluice/threads";
import { Frame, Sluice } from "@sluice/uws";
import { channel, lap, signal } from "./protocol.js";

await serve(({ bus, index, data }) => {
  const app = App();
  const configuration = { maxMessages: 4_000, maxBytes: 4 * 1024 * 1024 };
  const sluice = new Sluice({ app, bus, configuration });
  const open = (socket: Parameters<typeof sluice.of>[0]) =>
    void sluice.of(socket).subscribe(channel);
  app.ws("/*", sluice.wrap({ open, maxBackpressure: 0, idleTimeout: 0 }));
  if (index !== 0) return { app, sluice };
  const told = new BroadcastChannel(signal(data as number));
  told.onmessage = async () => {
    const frame = Frame.text("x".repeat(lap.messageBytes));
    for (let tick = 0; tick < lap.ticks; tick++) {
      for (let left = lap.messagesPerTick; left > 0; left--) sluice.publish(channel, frame);
      await nextTurn();
    }
  };
  return { app, sluice, close: () => told.close() };
});
