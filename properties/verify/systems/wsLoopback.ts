/** The adapter for `ws` on the loopback. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { HubConnection, Message } from "@sluice/runtime/adapter";
import { Sluice, WsTransport } from "@sluice/ws";
import { Clock, Context } from "effect";
import { type WebSocket, WebSocketServer } from "ws";
import { Loopback, Route } from "./Loopback.js";

class WsRoute extends Route {
  readonly server = new WebSocketServer({ noServer: true });
  readonly #sluice: Sluice;

  constructor(path: string, isDeaf: boolean, port: () => Promise<number>) {
    super(path, port);
    const configuration = (socket: WebSocket) => {
      const stream = streamOf(socket);
      if (isDeaf) deafen(stream);
      let transport: WsTransport | undefined;
      const { ping } = WsTransport.prototype;
      // A client is asked as soon as its socket has a transport.
      WsTransport.prototype.ping = function (payload) {
        WsTransport.prototype.ping = ping;
        transport = this;
        seen?.();
        return ping.call(this, payload);
      };
      let seen: (() => void) | undefined;
      this.next?.seen({
        get isPressured() {
          return stream.writableLength > 0;
        },
        watch: (misuse, sent) => {
          seen = () => watch(transport as WsTransport, stream, misuse, sent);
        },
        hold: () => actorOf(this.#sluice.of(socket)).hold(),
      });
      return this.next?.configuration ?? {};
    };
    const context = Context.make(Clock.Clock, this.clock) as Context.Context<never>;
    this.#sluice = this.gate.before(() => new Sluice({ configuration }, context));
    this.#sluice.wrap(this.server);
    this.server.on("connection", (socket) => this.opened?.(this.#sluice.of(socket)));
  }

  get connections() {
    return this.#sluice.connections;
  }
}

/** Notes what must never be done to a socket: the same as of one of uWebSockets.js. */
function watch(
  transport: WsTransport,
  stream: Duplex,
  misuse: Array<string>,
  sent: (payload: unknown) => void,
): void {
  const send = transport.send.bind(transport);
  const batch = transport.batch.bind(transport);
  const seen = new Set<unknown>();
  let isBatching = false;
  transport.send = (message: Message) => {
    if (!isBatching && stream.writableLength > 0) misuse.push("send under pressure");
    if (seen.has(message)) misuse.push("a message sent twice");
    seen.add(message);
    sent(message);
    const status = send(message);
    if (status === 2) misuse.push("a message that the socket refused");
    return status;
  };
  transport.batch = (write) => {
    if (isBatching) misuse.push("cork inside a cork");
    if (stream.writableLength > 0) misuse.push("send under pressure");
    isBatching = true;
    batch(write);
    isBatching = false;
  };
}

/** Nobody is told when what it holds has been taken: that is what the empty writes behind it are for. */
function deafen(stream: Duplex): void {
  const write = stream.write.bind(stream) as (chunk: unknown, ...rest: Array<unknown>) => boolean;
  stream.write = (chunk: Uint8Array, ...rest: Array<unknown>) =>
    chunk.length === 0 ? write(chunk) : write(chunk, ...rest);
}

function streamOf(socket: WebSocket): Duplex {
  return (socket as unknown as { readonly _socket: Duplex })._socket;
}

/** Views do not show it. */
function actorOf(connection: HubConnection): { hold(): void } {
  return (connection as unknown as { readonly actor: { hold(): void } }).actor;
}

/** One for the process. */
export const wsLoopback = new Loopback(
  "ws",
  (path, isDeaf, port) => new WsRoute(path, isDeaf, port),
  async (routes) => {
    const http = createServer().listen(0, "127.0.0.1");
    http.on("upgrade", (request, stream, head) => {
      const route = routes.find(({ path }) => path === request.url) as WsRoute;
      route.server.handleUpgrade(request, stream, head, (socket) => {
        route.server.emit("connection", socket, request);
      });
    });
    await once(http, "listening");
    return { port: (http.address() as AddressInfo).port, stop: () => http.close() };
  },
);
