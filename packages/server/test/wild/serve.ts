/** A server of uWebSockets.js on a free port, with nothing but a `Sluice`, and an empty page. */
import { App, us_listen_socket_close, us_socket_local_port } from "uWebSockets.js";
import { Sluice, type SluiceOptions, type UwsConnection } from "@sluice/uws";
import { onTestFinished } from "vitest";
import { until } from "../running.js";

export async function serve(options: SluiceOptions = {}) {
  const sluice = new Sluice(options);
  const app = App()
    .ws("/*", sluice.wrap())
    .get("/*", (response) => void response.end("<!doctype html>"));
  const port = await new Promise<number>((resolve) => {
    app.listen("127.0.0.1", 0, (listening) => {
      if (listening === false) throw new Error("cannot listen");
      onTestFinished(() => {
        us_listen_socket_close(listening);
        app.close();
      });
      resolve(us_socket_local_port(listening as never));
    });
  });
  return { sluice, port, url: `ws://127.0.0.1:${port}` };
}

export async function onlyOne(sluice: Sluice): Promise<UwsConnection> {
  await until(() => sluice.connections.size === 1);
  return [...sluice.connections][0] as UwsConnection;
}
