/** The suite that every adapter runs, on uWebSockets.js. */
import { App, us_listen_socket_close, us_socket_local_port } from "uWebSockets.js";
import { type Adapter, adapterCases } from "@sluice/runtime/testing";
import { Sluice, type SluiceOptions } from "@sluice/uws";
import { describe, test } from "vitest";

/** `knowsApp`: what is published goes out by the topics of the app. */
const adapter = (knowsApp: boolean): Adapter => ({
  name: "uWebSockets.js",
  serve: async ({ options = {}, context, message, idleTimeout, sendPingsAutomatically = true }) => {
    const app = App();
    const known = knowsApp ? { ...options, app } : options;
    const sluice = new Sluice(known as SluiceOptions, context);
    const behavior = sluice.wrap({
      ...(idleTimeout !== undefined && { idleTimeout }),
      sendPingsAutomatically,
      message: (socket, data) =>
        message?.(sluice.of(socket), Buffer.from(data).toString()) as undefined,
    });
    app.ws("/*", behavior);
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
});

describe.each([
  ["whose app is not known", false],
  ["whose app is known", true],
])("a server %s", (_, knowsApp) => {
  test.each(adapterCases.map(({ name, run }) => [name, run] as const))("%s", (_, run) =>
    run(adapter(knowsApp)),
  );
});
