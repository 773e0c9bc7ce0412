/**
 * The connection to NATS: it comes up sooner or later, comes up again after it broke, and is made anew when its library has
 * given it up, until it is closed. It keeps no process alive that has nothing else to do while NATS cannot be reached.
 */
import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";

/** Who hears of it. */
export interface Linked {
  /** `isNew`: it has none of the subscriptions of the one before. */
  up(connection: NatsConnection, isNew: boolean): void;
  down(): void;
  failed(error: unknown, what: string): void;
}

const againMillis = { first: 250, most: 5_000 };

export class Link {
  readonly #options: NodeConnectionOptions;
  readonly #linked: Linked;
  #connection: NatsConnection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #attempts = 0;
  #isClosed = false;
  isUp = false;

  constructor(options: NodeConnectionOptions, linked: Linked) {
    this.#options = options;
    this.#linked = linked;
    void this.#open();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#down();
    await this.#connection?.close();
  }

  async #open(): Promise<void> {
    try {
      const connection = await connect({
        reconnectTimeWait: 500,
        reconnectJitter: 500,
        pingInterval: 10_000,
        ...this.#options,
        maxReconnectAttempts: -1,
        noEcho: true,
        waitOnFirstConnect: false,
      });
      if (this.#isClosed) return void (await connection.close());
      this.#connection = connection;
      this.#attempts = 0;
      void this.#follow(connection);
      this.isUp = true;
      this.#linked.up(connection, true);
    } catch (error) {
      if (this.#isClosed) return;
      this.#linked.failed(error, "NATS cannot be reached");
      this.#later();
    }
  }

  #later(): void {
    const { first, most } = againMillis;
    const waitMillis = Math.min(most, first * 2 ** this.#attempts++) * (0.5 + Math.random() / 2);
    this.#timer = setTimeout(() => void this.#open(), waitMillis);
    this.#timer.unref();
  }

  async #follow(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      switch (status.type) {
        case "disconnect":
          this.#down();
          this.#linked.failed(new Error(`disconnected from ${status.server}`), "NATS has gone");
          break;
        case "reconnect":
          this.isUp = true;
          this.#linked.up(connection, false);
          break;
        case "error":
          // A slow consumer too: the server says so, and cuts the connection.
          this.#linked.failed(status.error, "NATS complains");
          break;
        case "slowConsumer":
          this.#linked.failed(new Error(`${status.pending} messages wait`), "a slow consumer");
          break;
        default:
      }
    }
    this.#down();
    if (!this.#isClosed) this.#later();
  }

  #down(): void {
    if (!this.isUp) return;
    this.isUp = false;
    this.#linked.down();
  }
}
