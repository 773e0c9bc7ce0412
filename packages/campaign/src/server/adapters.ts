/** Sluice over either library, listening. A connection's label is the path that its client asked for. */

import { App, type WebSocket } from "uWebSockets.js";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { listen } from "@sluice/bench/kit";
import type { ConfigurationOptions } from "@sluice/core";
import type { HubOptions } from "@sluice/runtime/adapter";
import { Sluice as UwsSluice } from "@sluice/uws";
import { Sluice as WsSluice } from "@sluice/ws";
import { WebSocketServer } from "ws";
import type { ServerOptions } from "./protocol.js";
import type { Reentrant } from "./Reentrant.js";
import { maxPayloadBytes, type UserData, upgrade, wsSettings } from "./upgrade.js";

/** What both adapters have. */
export type AnySluice = Pick<
  UwsSluice | WsSluice,
  "connections" | "publish" | "close" | "lingering" | "budget"
>;

export interface Served {
  readonly port: number;
  readonly sluice: AnySluice;
}

type Settings = Pick<HubOptions<readonly []>, "maxTotalBytes" | "onError">;

/** What a connection is like, by its client. */
type Own = (client: string) => ConfigurationOptions;

export function served(
  { kind, host }: Pick<ServerOptions, "kind" | "host">,
  own: Own,
  settings: Settings,
  careless: Reentrant | undefined,
): Promise<Served> {
  return kind === "uws"
    ? onUws(host, own, settings, careless)
    : onWs(host, own, settings, careless);
}

async function onUws(
  host: string,
  own: Own,
  settings: Settings,
  careless?: Reentrant,
): Promise<Served> {
  const app = App();
  const sluice = new UwsSluice<UserData>({
    ...settings,
    app,
    configuration: (socket) => own(socket.getUserData().client),
    label: (socket) => socket.getUserData().client,
  });
  const act = (socket: WebSocket<UserData>) => careless?.act(sluice, sluice.of(socket));
  app.ws<UserData>(
    "/*",
    sluice.wrap({
      maxPayloadLength: maxPayloadBytes,
      upgrade,
      ...(careless && {
        message: act,
        drain: act,
        ping: act,
        pong: act,
        close: act,
        dropped: (socket) => careless.actInDropped(sluice.of(socket)),
      }),
    }),
  );
  const { port } = await listen(app, host);
  return { port, sluice };
}

async function onWs(
  host: string,
  own: Own,
  settings: Settings,
  careless?: Reentrant,
): Promise<Served> {
  const sluice = new WsSluice({
    ...settings,
    configuration: (_, request) => own(request?.url ?? ""),
    label: (_, request) => request?.url,
  });
  const server = new WebSocketServer({ host, port: 0, ...wsSettings });
  sluice.wrap(server);
  server.on("connection", (socket) => {
    if (careless === undefined) return;
    const act = sluice.guard(socket, () => careless.act(sluice, sluice.of(socket)));
    for (const event of ["message", "ping", "pong", "close"]) socket.on(event, act);
  });
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, sluice };
}
