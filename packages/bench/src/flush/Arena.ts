/**
 * A server with the same number of connections on several routes, one per way of sending, and laps that are
 * run on them: so many ticks of the event loop, each with a batch for every connection of the route.
 *
 * A lap ends when the last byte has been handed to the system; that the clients have received exactly what
 * was sent is checked after it.
 */
import { App, type TemplatedApp, type WebSocket, type WebSocketBehavior } from "uWebSockets.js";
import { listen } from "../sockets/listen.js";
import { Readers } from "../sockets/Readers.js";

export type Socket = WebSocket<unknown>;

/** A way of sending. */
export interface Runner {
  readonly name: string;
  readonly route: string;
  /** Sends one batch to everyone on the route. */
  readonly tick: () => void;
  readonly messagesPerTick: number;
  /** Of all messages of a tick, with their frame headers. */
  readonly bytesPerTick: number;
  /** Ticks in a lap. */
  readonly ticks: number;
}

/** What a lap came to. */
export interface Lap {
  readonly messagesPerSecond: number;
  /** Processor time of the server's process, in user and system mode. */
  readonly cpuNanosPerMessage: number;
}

export class Arena {
  readonly #readers = new Readers();
  readonly #app = App();
  readonly #sentBytes = new Map<string, number>();
  #stopListening = () => {};
  /** Known once it is open. */
  port = 0;

  /** Adds a route; connect with `open`. The sockets of the route are in the array that it returns. */
  route(path: string, wrap: (behavior: WebSocketBehavior<unknown>) => WebSocketBehavior<unknown>) {
    const sockets: Array<Socket> = [];
    this.#sentBytes.set(path, 0);
    // A close is not expected before the end; no pings, no timeouts, no limits in the way.
    this.#app.ws(path, {
      ...wrap({ open: (socket) => void sockets.push(socket), maxBackpressure: 0, idleTimeout: 0 }),
      sendPingsAutomatically: false,
    });
    return sockets as ReadonlyArray<Socket>;
  }

  /** Adds what is no route of the benchmark's own. */
  mount(add: (app: TemplatedApp) => void): void {
    add(this.#app);
  }

  /** Connects so many clients to each route. */
  async open(connections: number): Promise<void> {
    const { port, stop } = await listen(this.#app);
    this.port = port;
    this.#stopListening = stop;
    for (const path of this.#sentBytes.keys()) await this.#readers.connect(port, path, connections);
  }

  async lap({ route, tick, messagesPerTick, bytesPerTick, ticks }: Runner): Promise<Lap> {
    const cpuStart = process.cpuUsage();
    const start = performance.now();
    for (let left = ticks; left > 0; left--) {
      tick();
      await nextTurn();
    }
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpuStart);
    const sent = (this.#sentBytes.get(route) ?? 0) + ticks * bytesPerTick;
    this.#sentBytes.set(route, sent);
    await this.#readers.received(route, sent);
    const messages = ticks * messagesPerTick;
    return {
      messagesPerSecond: messages / seconds,
      cpuNanosPerMessage: ((user + system) * 1000) / messages,
    };
  }

  close(): void {
    this.#readers.stop();
    this.#stopListening();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
