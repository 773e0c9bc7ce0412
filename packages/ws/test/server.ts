/** A real server of `ws` on a free port of the loopback, with clients of `ws`. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { RawClient } from "@sluice/runtime/testing";
import { Sluice, type SluiceOptions, type WsConnection } from "@sluice/ws";
import { onTestFinished } from "vitest";
import { type ServerOptions, WebSocket, WebSocketServer } from "ws";

export interface Served {
  readonly sluice: Sluice;
  readonly server: WebSocketServer;
  readonly port: number;
}

export async function serve(
  options: SluiceOptions = {},
  serverOptions: ServerOptions = {},
  sluice = new Sluice(options),
): Promise<Served> {
  const server = sluice.wrap(new WebSocketServer({ host: "127.0.0.1", port: 0, ...serverOptions }));
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  await once(server, "listening");
  return { sluice, server, port: (server.address() as AddressInfo).port };
}

/** A raw client, and its connection, which is the only one. */
export async function connected({ sluice, port }: Served) {
  const client = await raw(port);
  await until(() => sluice.connections.size === 1);
  const [connection] = sluice.connections;
  return { client, connection: connection as WsConnection };
}

export async function raw(port: number): Promise<RawClient> {
  const client = await RawClient.open(port);
  onTestFinished(() => client.vanish());
  return client;
}

/** A client of `ws`, open, that keeps what it receives. */
export async function peer(
  url: string,
  options: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly socket: WebSocket; readonly received: Array<string> }> {
  const socket = new WebSocket(url, options);
  onTestFinished(() => socket.terminate());
  const received: Array<string> = [];
  socket.on("message", (data) => received.push(data.toString()));
  await once(socket, "open");
  return { socket, received };
}

/** Lets the event loop turn until the condition holds; not for longer than its test goes on. */
export async function until(condition: () => boolean): Promise<void> {
  let isOver = false;
  onTestFinished(() => {
    isOver = true;
  });
  while (!isOver && !condition()) await new Promise((resolve) => setImmediate(resolve));
}
