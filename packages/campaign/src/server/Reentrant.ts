/**
 * What a careless program does in its handlers: it closes, sends, offers, publishes and subscribes there, whoever is
 * calling. Its messages bear no number of the feed.
 */
import { Frame, type HubConnection } from "@sluice/runtime/adapter";
import { payload } from "../ledger/Payload.js";

/** What of a server it calls. */
interface Server {
  publish(channel: string, message: Frame, options?: { readonly except: HubConnection }): unknown;
}

/** So deep it goes when what it calls calls it: a program without any bound fails by itself. */
const deepest = 4;

export class Reentrant {
  readonly #channel: string;
  readonly #bytes: number;
  #turn = 0;
  #depth = 0;

  constructor(channel: string, bytes: number) {
    this.#channel = channel;
    this.#bytes = bytes;
  }

  /** Does the next of its tricks with a connection. */
  act(server: Server, connection: HubConnection): void {
    if (this.#depth === deepest) return;
    this.#depth++;
    try {
      this.#trick(server, connection, this.#turn++);
    } finally {
      this.#depth--;
    }
  }

  /** The same where subscriptions must not change and nothing may close: uWebSockets.js ends the process there. */
  actInDropped(connection: HubConnection): void {
    void connection.offer(this.#message());
  }

  #trick(server: Server, connection: HubConnection, turn: number): void {
    // Now and then one ends, in the midst of whatever is going on.
    if (turn % 501 === 500) connection.evict();
    else if (turn % 251 === 250) void connection.close();
    else this.#usual(server, connection, turn);
  }

  #usual(server: Server, connection: HubConnection, turn: number): void {
    switch (turn % 5) {
      case 0:
        return void connection.offer(this.#message());
      case 1:
        return void server.publish(this.#channel, this.#message());
      case 2:
        return void connection.send(this.#message());
      case 3:
        return void server.publish(this.#channel, this.#message(), { except: connection });
      default:
        if (!connection.unsubscribe("tricks")) connection.subscribe("tricks");
    }
  }

  #message(): Frame {
    return Frame.binary(payload({ number: -1, dueMillis: 0 }, this.#bytes));
  }
}
