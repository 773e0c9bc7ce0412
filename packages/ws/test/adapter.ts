/** The adapter for `ws` as the suite of all adapters wants it. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Adapter } from "@sluice/runtime/testing";
import { Sluice, type SluiceOptions } from "@sluice/ws";
import { WebSocketServer } from "ws";

export const adapter: Adapter = {
  name: "ws",
  serve: async ({ options = {}, context, message, idleTimeout, sendPingsAutomatically = true }) => {
    const sluice = new Sluice(options as SluiceOptions, context);
    const route = { ...(idleTimeout !== undefined && { idleTimeout }), sendPingsAutomatically };
    const server = sluice.wrap(new WebSocketServer({ host: "127.0.0.1", port: 0 }), route);
    server.on("connection", (socket) => {
      const heard = (data: Buffer) => message?.(sluice.of(socket), data.toString());
      socket.on("message", sluice.guard(socket, heard));
    });
    await once(server, "listening");
    return {
      sluice,
      port: (server.address() as AddressInfo).port,
      wrapAgain: () => void new Sluice().wrap(server),
      stop: () => {
        for (const client of server.clients) client.terminate();
        server.close();
      },
    };
  },
};
