/** The adapter for uWebSockets.js on the loopback. */
import {
  App,
  type us_listen_socket,
  us_listen_socket_close,
  us_socket_local_port,
  type WebSocket,
  type WebSocketBehavior,
} from "uWebSockets.js";
import { Sluice } from "@sluice/uws";
import { Clock, Context } from "effect";
import { Loopback, Route } from "./Loopback.js";
import { watch } from "./watch.js";

class UwsRoute extends Route {
  readonly #sluice: Sluice;
  readonly #isDeaf: boolean;
  #dropped: WebSocketBehavior<unknown>["dropped"];

  constructor(path: string, isDeaf: boolean, port: () => Promise<number>) {
    super(path, port);
    this.#isDeaf = isDeaf;
    const configuration = (socket: WebSocket<unknown>) => {
      this.next?.seen({
        get isPressured() {
          return socket.getBufferedAmount() > 0;
        },
        watch: (misuse, sent) => watch(socket, misuse, sent),
        hold: () => this.#dropped?.(socket, new ArrayBuffer(0), false),
      });
      return this.next?.configuration ?? {};
    };
    const context = Context.make(Clock.Clock, this.clock) as Context.Context<never>;
    this.#sluice = this.gate.before(() => new Sluice({ configuration }, context));
  }

  get connections() {
    return this.#sluice.connections;
  }

  get behavior(): WebSocketBehavior<unknown> {
    const { drain, ...behavior } = this.#sluice.wrap({
      open: (socket) => this.opened?.(this.#sluice.of(socket)),
    });
    this.#dropped = behavior.dropped;
    return this.#isDeaf || drain === undefined ? behavior : { ...behavior, drain };
  }
}

/** One for the process. */
export const uwsLoopback = new Loopback(
  "uWebSockets.js",
  (path, isDeaf, port) => new UwsRoute(path, isDeaf, port),
  async (routes) => {
    const app = App();
    for (const route of routes) app.ws(route.path, (route as UwsRoute).behavior);
    const socket = await new Promise<us_listen_socket>((resolve, reject) => {
      app.listen("127.0.0.1", 0, (listening) => {
        if (listening === false) reject(new Error("cannot listen on the loopback"));
        else resolve(listening);
      });
    });
    return {
      port: us_socket_local_port(socket as never),
      stop: () => us_listen_socket_close(socket),
    };
  },
);
