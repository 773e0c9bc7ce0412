/**
 * A server with the same number of connections on several routes, one per way of sending, and laps that are
 * run on them: so many ticks of the event loop, each with a batch for every connection of the route.
 */
import { App, type TemplatedApp, type WebSocket, type WebSocketBehavior } from "uWebSockets.js";
import { listen } from "../sockets/listen.js";
import { Readers } from "../sockets/Readers.js";
import { type Lap, Laps, type Runner } from "./Laps.js";

export type Socket = WebSocket<unknown>;

export class Arena {
  readonly #readers = new Readers();
  /** Routes that are no way of sending are added to it. */
  readonly app: TemplatedApp = App();
  readonly #laps = new Laps(this.#readers);
  readonly #sockets = new Map<string, ReadonlyArray<Socket>>();
  #stopListening = () => {};
  /** Known once it is open. */
  port = 0;

  /** Adds a route; connect with `open`. The sockets of the route are in the array that it returns. */
  route(path: string, wrap: (behavior: WebSocketBehavior<unknown>) => WebSocketBehavior<unknown>) {
    const sockets: Array<Socket> = [];
    this.#sockets.set(path, sockets);
    // A close is not expected before the end; no pings, no timeouts, no limits in the way.
    this.app.ws(path, {
      ...wrap({ open: (socket) => void sockets.push(socket), maxBackpressure: 0, idleTimeout: 0 }),
      sendPingsAutomatically: false,
    });
    return sockets as ReadonlyArray<Socket>;
  }

  /** Connects so many clients to each route, and so many more that do not read. */
  async open(connections: number, stalled = 0): Promise<void> {
    const { port, stop } = await listen(this.app);
    this.port = port;
    this.#stopListening = stop;
    for (const path of this.#sockets.keys()) {
      await this.#readers.connect(port, path, connections);
      await this.#readers.connect(port, path, stalled, { stalls: true });
    }
  }

  lap(runner: Runner): Promise<Lap> {
    return this.#laps.run(runner, this.#sockets.get(runner.route) ?? []);
  }

  close(): void {
    this.#readers.stop();
    this.#stopListening();
  }
}
