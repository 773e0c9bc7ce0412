/** A client of a hub whose socket does what a test says. */

import { byteLength, type Message } from "../adapter/Message.js";
import type { SocketTransport } from "../adapter/SocketTransport.js";
import type { Hub } from "../hub/Hub.js";
import type { ServerConnection } from "../hub/ServerConnection.js";
import { ScriptedTransport } from "./ScriptedTransport.js";

/** What a hub asks of a socket beside its transport. */
const quietSocket = {
  heardMillis: 0,
  isAsked: false,
  isIdle: false,
  closed: () => {},
  forgetPongs: () => {},
  hasHeard: () => false,
  listen: () => {},
};

export class ScriptedClient {
  readonly transport: ScriptedTransport<Message>;
  readonly connection: ServerConnection;
  readonly #hub: Hub<readonly [object]>;
  readonly #socket = {};

  /** It is connected to `hub`. `room` is what its socket takes before it reads, in bytes; by default everything. */
  constructor(hub: Hub<readonly [object]>, room = Number.POSITIVE_INFINITY) {
    this.#hub = hub;
    this.transport = new ScriptedTransport<Message>({ sizeOf: byteLength, room });
    const transport = Object.assign(this.transport, quietSocket) as unknown as SocketTransport;
    hub.open([this.#socket], {
      transport: () => transport,
      refuse: () => {},
      idleTimeoutMillis: 0,
    });
    this.connection = hub.of(this.#socket);
  }

  /** It reads so many bytes of what waits in its socket, and has room for what is left of them. */
  read(bytes: number): void {
    this.transport.drain(bytes);
    this.#hub.drained(this.#socket);
  }

  /** It is gone without a word. */
  vanish(): void {
    this.transport.disconnect();
    this.#hub.closed(this.#socket, { code: 1006, reason: "", by: "peer" });
  }
}
