/** The suite that every adapter runs, on uWebSockets.js. */
import { App, us_listen_socket_close, us_socket_local_port } from "uWebSockets.js";
import { type Adapter, adapterCases } from "@sluice/runtime/testing";
import { Sluice, type SluiceOptions } from "@sluice/uws";
import { test } from "vitest";

const adapter: Adapter = {
  name: "uWebSockets.js",
  serve: async ({ options = {}, context, message, idleTimeout, sendPingsAutomatically = true }) => {
    const sluice = new Sluice(options as SluiceOptions, context);
    const behavior = sluice.wrap({
      ...(idleTimeout !== undefined && { idleTimeout }),
      sendPingsAutomatically,
      message: (socket, data) =>
        message?.(sluice.of(socket), Buffer.from(data).toString()) as undefined,
    });
    const app = App().ws("/*", behavior);
    const listening = await new Promise<unknown>((resolve) => {
      app.listen("127.0.0.1", 0, resolve);
    });
    return {
      sluice,
      port: us_socket_local_port(listening as never),
      wrapAgain: () => void new Sluice().wrap(behavior),
      stop: () => {
        us_listen_socket_close(listening as never);
        app.close();
      },
    };
  },
};

test.each(adapterCases.map(({ name, run }) => [name, run] as const))("%s", (_, run) =>
  run(adapter),
);
