/** The same arena on a server of `ws`: the same number of connections on several routes, one per way of sending. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { type Lap, Laps, type Runner } from "../flush/Laps.js";
import { Readers } from "../sockets/Readers.js";

export class WsArena {
  readonly #readers = new Readers();
  readonly #laps = new Laps(this.#readers);
  readonly #http = createServer();
  readonly #routes = new Map<string, WebSocketServer>();

  /** Adds a route, and gives its server. */
  route(path: string): WebSocketServer {
    const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
    this.#routes.set(path, server);
    return server;
  }

  /** Connects so many clients to each route. */
  async open(connections: number): Promise<void> {
    this.#http.on("upgrade", (request, stream, head) => {
      const server = this.#routes.get(request.url ?? "");
      server?.handleUpgrade(request, stream, head, (socket) => {
        server.emit("connection", socket, request);
      });
    });
    this.#http.listen(0, "127.0.0.1");
    await once(this.#http, "listening");
    const { port } = this.#http.address() as AddressInfo;
    for (const path of this.#routes.keys()) await this.#readers.connect(port, path, connections);
  }

  lap(runner: Runner): Promise<Lap> {
    return this.#laps.run(runner, this.#sockets(runner.route));
  }

  #sockets(route: string): Iterable<WebSocket> {
    return this.#routes.get(route)?.clients ?? [];
  }

  close(): void {
    for (const server of this.#routes.values()) {
      for (const socket of server.clients) socket.terminate();
    }
    this.#readers.stop();
    this.#http.close();
  }
}
