/** Peers on uWebSockets.js: Sluice, crossws, and an Effect queue with a fiber for each connection. */
import { App, type WebSocket } from "uWebSockets.js";
import { Frame, Sluice } from "@sluice/uws";
import uwsAdapter from "crossws/adapters/uws";
import { Effect, Queue } from "effect";
import { listen } from "../sockets/listen.js";
import { capacity, messageText, type Peer } from "./Peer.js";

const silent = { idleTimeout: 0, maxBackpressure: 0, sendPingsAutomatically: false };

export async function sluicePeer(): Promise<Peer> {
  const app = App();
  const sockets: Array<WebSocket<unknown>> = [];
  const configuration = { maxMessages: capacity, maxBytes: 2 ** 27 };
  const sluice = new Sluice({ app, configuration });
  const frame = Frame.text(messageText);
  // Its own pings are how it knows who keeps up.
  app.ws("/*", sluice.wrap({ idleTimeout: 0, open: (socket) => void sockets.push(socket) }));
  const { port } = await listen(app);
  return {
    port,
    connections: () => sockets.length,
    ping: () => sockets.forEach((socket) => socket.ping()),
    send: () => void sluice.broadcast(frame),
  };
}

/** By its `publish`, which is that of uWebSockets.js. */
export async function crosswsPeer(): Promise<Peer> {
  const app = App();
  const adapter = uwsAdapter({
    uws: silent,
    hooks: { open: (peer) => peer.subscribe("everyone") },
  });
  const sockets: Array<WebSocket<never>> = [];
  const { open } = adapter.websocket;
  app.ws("/*", {
    ...adapter.websocket,
    open: (socket) => {
      sockets.push(socket as WebSocket<never>);
      return open?.(socket);
    },
  });
  const { port } = await listen(app);
  return {
    port,
    connections: () => sockets.length,
    ping: () => sockets.forEach((socket) => socket.ping()),
    send: () => adapter.publish("everyone", messageText),
  };
}

/** What one writes with Effect alone: a bounded queue, and a fiber that corks what is in it. */
export async function effectPeer(): Promise<Peer> {
  const app = App();
  const queues = new Map<WebSocket<unknown>, Queue.Queue<string>>();
  app.ws("/*", {
    ...silent,
    open: (socket) => {
      const queue = Effect.runSync(Queue.sliding<string>(capacity));
      queues.set(socket, queue);
      Effect.runFork(Effect.forever(Effect.map(Queue.takeAll(queue), write(socket))));
    },
  });
  const { port } = await listen(app);
  return {
    port,
    connections: () => queues.size,
    ping: () => queues.forEach((_, socket) => socket.ping()),
    send: () => queues.forEach((queue) => Queue.offerUnsafe(queue, messageText)),
  };
}

function write(socket: WebSocket<unknown>) {
  return (messages: ReadonlyArray<string>) => {
    socket.cork(() => {
      for (const message of messages) socket.send(message, false, false);
    });
  };
}
