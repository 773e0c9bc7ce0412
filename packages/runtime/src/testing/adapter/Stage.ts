/** What one case plays on: a server of the adapter, its clients, and an end that leaves nothing behind. */
import assert from "node:assert/strict";
import { imbalance } from "@sluice/core";
import type { CloseInfo, Closure } from "../../actor/CloseInfo.js";
import type { ConnectionStatistics } from "../../actor/ReceiptStatistics.js";
import type { HubConnection } from "../../hub/HubOptions.js";
import type { Adapter, AnySluice, ServeOptions, Serving } from "./Adapter.js";
import { type ClientOptions, RawClient } from "./RawClient.js";

/** One client, and the server's side of it. */
export interface Pair {
  readonly client: RawClient;
  readonly connection: HubConnection;
}

export class Stage {
  readonly #serving: Serving;
  readonly #clients: Array<RawClient> = [];
  /** What clients have said to guarded handlers. */
  readonly heard: ReadonlyArray<string>;

  private constructor(serving: Serving, heard: ReadonlyArray<string>) {
    this.#serving = serving;
    this.heard = heard;
  }

  /** Plays a case, and clears the stage whatever came of it. */
  static async play(
    adapter: Adapter,
    options: ServeOptions,
    act: (stage: Stage) => Promise<void>,
  ): Promise<void> {
    const heard: Array<string> = [];
    const message: ServeOptions["message"] = (connection, text) => {
      heard.push(text);
      return options.message?.(connection, text);
    };
    const stage = new Stage(await adapter.serve({ ...options, message }), heard);
    try {
      await act(stage);
    } finally {
      for (const client of stage.#clients) client.vanish();
      await stage.#serving.stop();
    }
  }

  get sluice(): AnySluice {
    return this.#serving.sluice;
  }

  wrapAgain(): void {
    this.#serving.wrapAgain();
  }

  /** A client alone: its connection may be refused. */
  async client(options: ClientOptions = {}): Promise<RawClient> {
    const client = await RawClient.open(this.#serving.port, options);
    this.#clients.push(client);
    return client;
  }

  /** A client with its connection. */
  async pair(options: ClientOptions = {}): Promise<Pair> {
    const before = new Set(this.sluice.connections);
    const client = await this.client(options);
    const fresh = () => [...this.sluice.connections].find((one) => !before.has(one));
    await until(() => fresh() !== undefined, "a connection");
    return { client, connection: fresh() as HubConnection };
  }
}

/** Lets the event loop turn until something is so. Gives up after a minute, and says what it waited for. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const patient = Date.now() + 60_000;
  while (!isSo()) {
    assert(Date.now() < patient, `waited for ${what} for a minute`);
    await turn();
  }
}

/** One turn of the event loop, with what its sockets have to say. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Keeps offering until the socket takes no more and the outbox is full. The client must have stopped reading. */
export async function fill(connection: HubConnection, message: () => string): Promise<void> {
  const { maxMessages } = connection.configuration;
  let taken = -1;
  let quiet = 0;
  while (quiet < 20) {
    while (connection.stats().buffered.messages < maxMessages) {
      assert.equal(connection.offer(message())._tag, "Accepted");
    }
    await turn();
    const { delivered } = connection.stats();
    assert(delivered.bytes < moreThanKernel, "more was handed over than a kernel takes");
    quiet = delivered.messages === taken ? quiet + 1 : 0;
    taken = delivered.messages;
  }
}

/** In bytes: the kernels of both sides hold some megabytes for a client that does not read. */
const moreThanKernel = 64 * 2 ** 20;

/** Why a connection closed. */
export function why({ code, reason, by }: CloseInfo): Closure {
  return { code, reason, by };
}

/** The books of a connection balance. Returns them. */
export function balanced(connection: HubConnection): ConnectionStatistics {
  const statistics = connection.stats();
  assert.deepEqual(imbalance(statistics), { messages: 0, bytes: 0 });
  return statistics;
}
