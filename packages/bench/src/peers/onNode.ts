/** Peers on the HTTP server of Node: `ws` and socket.io. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { type WebSocket, WebSocketServer } from "ws";
import { messageText, type Peer } from "./Peer.js";

/** A loop of `send`, of bytes that are encoded once. */
export async function wsPeer(): Promise<Peer> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  await once(server, "listening");
  const bytes = Buffer.from(messageText);
  const asText = { binary: false };
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => server.clients.size,
    ping: () => server.clients.forEach((socket) => socket.ping()),
    send: () => server.clients.forEach((socket) => socket.send(bytes, asText)),
  };
}

export async function socketIoPeer(): Promise<Peer> {
  const http = createServer();
  // Its own pings would be among the counted bytes.
  const io = new Server(http, { transports: ["websocket"], pingInterval: 3_600_000 });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    port: (http.address() as AddressInfo).port,
    connections: () => io.sockets.sockets.size,
    ping: () => io.sockets.sockets.forEach(({ conn }) => nativeOf(conn.transport).ping()),
    send: () => void io.emit("m", messageText),
  };
}

/** The socket of `ws` under a transport: it is in no typings. */
function nativeOf(transport: unknown): WebSocket {
  return (transport as { readonly socket: WebSocket }).socket;
}
