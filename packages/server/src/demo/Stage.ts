/** A real server with one real client, for one scenario: it can make the client's outbox exactly so full. */

import { App, us_socket_local_port } from "uWebSockets.js";
import { once } from "node:events";
import type { ConfigurationOptions } from "@sluice/core";
import { Frame, Sluice, type UwsConnection } from "@sluice/uws";
import { WebSocket } from "ws";

/** Large enough that a few of them fill what the kernel takes. */
const heavy = Frame.binary(new Uint8Array(512 * 1024));

export class Stage {
  /** The server's side. */
  readonly connection: UwsConnection;
  /** What the client has received, as text; a heavy message is "heavy". */
  readonly received: ReadonlyArray<string>;

  readonly #client: WebSocket;

  private constructor(connection: UwsConnection, client: WebSocket, received: Array<string>) {
    this.connection = connection;
    this.#client = client;
    this.received = received;
  }

  /** Runs a scenario on a stage of its own, and strikes it afterwards. */
  static async play<A>(
    configuration: ConfigurationOptions,
    scenario: (stage: Stage) => Promise<A>,
  ): Promise<A> {
    const sluice = new Sluice({ configuration: { maxBytes: 2 ** 30, ...configuration } });
    const app = App().ws("/*", sluice.wrap());
    const port = await new Promise<number>((resolve, reject) => {
      app.listen("127.0.0.1", 0, (listening) => {
        if (listening === false) reject(new Error("no port to listen on"));
        else resolve(us_socket_local_port(listening as never));
      });
    });
    const client = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
    const received: Array<string> = [];
    client.on("message", (data, isBinary) => received.push(isBinary ? "heavy" : data.toString()));
    try {
      // The server opens its side before the client hears of it.
      await once(client, "open");
      const [connection] = sluice.connections as Iterable<UwsConnection>;
      if (connection === undefined) throw new Error("the client has no connection");
      return await scenario(new Stage(connection, client, received));
    } finally {
      client.terminate();
      app.close();
    }
  }

  /** The client stops reading, and is sent to until the outbox holds exactly so many messages. */
  async fillTo(messages: number): Promise<void> {
    this.#client.pause();
    let held = -1;
    while (held !== messages) {
      while (this.connection.stats().buffered.messages < messages) this.connection.offer(heavy);
      await new Promise((resolve) => setImmediate(resolve));
      held = this.connection.stats().buffered.messages;
    }
  }

  /** The client reads again. Resolves when everything delivered so far, or to come, has been received. */
  async resume(): Promise<void> {
    this.#client.resume();
    while (this.received.length < this.#expected) await once(this.#client, "message");
  }

  get #expected(): number {
    const { delivered, buffered, waiting } = this.connection.stats();
    return delivered.messages + buffered.messages + waiting.messages;
  }
}
