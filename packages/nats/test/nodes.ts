/** Nodes on one NATS server: each a real server of `ws`, with real clients. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { NatsBus, type NatsBusOptions } from "@sluice/nats";
import { Sluice, type SluiceOptions, type WsConnection } from "@sluice/ws";
import { onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";

export interface Node {
  readonly sluice: Sluice;
  readonly told: Array<string>;
  /** A client that is subscribed to something, and keeps what it receives. */
  member(...wanted: ReadonlyArray<string>): Promise<NodeClient>;
}

export interface NodeClient {
  readonly received: Array<string>;
  readonly socket: WebSocket;
  readonly connection: WsConnection;
}

export async function node(
  servers: string,
  { bus: busOptions = {}, ...options }: Omit<SluiceOptions, "bus"> & { bus?: NatsBusOptions } = {},
): Promise<Node> {
  const bus = new NatsBus({
    servers,
    connection: { reconnectTimeWait: 50, reconnectJitter: 10 },
    ...busOptions,
  });
  const told: Array<string> = [];
  const onError = (error: unknown) => void told.push(String(error));
  const sluice = new Sluice({ onError, ...options, bus });
  const server = sluice.wrap(new WebSocketServer({ host: "127.0.0.1", port: 0 }));
  await once(server, "listening");
  onTestFinished(async () => {
    for (const client of server.clients) client.terminate();
    server.close();
    await bus.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    sluice,
    told,
    member: async (...wanted) => {
      const arrival = new Promise<WsConnection>((resolve) => {
        const stop = sluice.connections.onAdded((connection) => {
          stop();
          resolve(connection);
        });
      });
      const socket = new WebSocket(`ws://127.0.0.1:${port}`);
      const received: Array<string> = [];
      socket.on("message", (data) => received.push(data.toString()));
      await once(socket, "open");
      const connection = await arrival;
      for (const one of wanted) connection.subscribe(one);
      return { received, socket, connection };
    },
  };
}

/** Lets the event loop turn until the condition holds; not for longer than its test goes on. */
export async function until(condition: () => boolean): Promise<void> {
  let isOver = false;
  onTestFinished(() => {
    isOver = true;
  });
  while (!isOver && !condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

export const isUp = (...nodes: ReadonlyArray<Node>) =>
  until(() => nodes.every(({ sluice }) => sluice.bus?.isConnected === true));

/** Publishes until a member hears: then the subscription is there. */
export async function heard(
  { sluice }: Node,
  channel: string,
  ...clients: ReadonlyArray<NodeClient>
): Promise<void> {
  await until(() => {
    sluice.publish(channel, "?");
    return clients.every(({ received }) => received.length > 0);
  });
  sluice.publish(channel, "!");
  await until(() => clients.every(({ received }) => received.at(-1) === "!"));
  for (const { received } of clients) received.length = 0;
}
