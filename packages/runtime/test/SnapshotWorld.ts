/** A server with one client on a scripted socket, and turns of the event loop that a test waits for. */
import { imbalance } from "@sluice/core";
import { Frame, Hub, type HubConnection, type Message } from "@sluice/runtime/adapter";
import { ManualClock, ScriptedClient, type ScriptedTransport } from "@sluice/runtime/testing";
import { Clock, Context } from "effect";
import { expect } from "vitest";
import { bytesOf } from "../src/adapter/Frame.js";
import type { HubOptions } from "../src/hub/HubOptions.js";

export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

export class SnapshotWorld {
  readonly clock = new ManualClock();
  readonly hub: Hub<readonly [object]>;
  readonly connection: HubConnection;
  readonly errors: Array<unknown> = [];
  readonly transport: ScriptedTransport<Message>;
  readonly #client: ScriptedClient;

  /** `room` is what the socket takes before its client reads, in bytes. */
  constructor(options: HubOptions<readonly [object]> = {}, room = Number.POSITIVE_INFINITY) {
    this.hub = new Hub<readonly [object]>(
      { onError: (error) => void this.errors.push(error), ...options },
      Context.make(Clock.Clock, this.clock),
      { stranger: "" },
    );
    this.#client = new ScriptedClient(this.hub, room);
    this.connection = this.#client.connection;
    this.transport = this.#client.transport;
  }

  /** Somebody else, whose client reads nothing. */
  another(): HubConnection {
    return new ScriptedClient(this.hub, 0).connection;
  }

  publish(text: string, channel = "a.b", options?: object) {
    return this.hub.publisher.publish(channel, text, options);
  }

  get received(): ReadonlyArray<string> {
    return this.transport.accepted.map((one) =>
      one instanceof Frame ? Buffer.from(bytesOf(one)).toString() : String(one),
    );
  }

  /** The client reads all that comes, for some turns. */
  async reads(turns = 10): Promise<ReadonlyArray<string>> {
    for (let left = turns; left > 0; left--) {
      this.#client.read(1_000_000);
      await turn();
    }
    return this.received;
  }

  /** It goes. */
  vanish(): void {
    this.#client.vanish();
  }

  /** The books balance. */
  balanced() {
    const stats = this.connection.stats();
    expect(imbalance(stats)).toEqual({ messages: 0, bytes: 0 });
    return stats;
  }
}

/** A source that a test gives what it asks for. */
export class AskedSource implements AsyncIterable<Message> {
  asked = 0;
  returned = 0;
  #give: ((result: IteratorResult<Message>) => void) | undefined;
  #fail: (error: unknown) => void = () => {};

  [Symbol.asyncIterator](): AsyncIterator<Message> {
    return {
      next: () => {
        this.asked++;
        return new Promise((resolve, reject) => {
          [this.#give, this.#fail] = [resolve, reject];
        });
      },
      return: async () => {
        this.returned++;
        return { done: true, value: undefined };
      },
    };
  }

  async gives(value: unknown): Promise<void> {
    this.#give?.({ done: false, value: value as Message });
    await turn();
  }

  async ends(): Promise<void> {
    this.#give?.({ done: true, value: undefined });
    await turn();
  }

  async fails(error: unknown): Promise<void> {
    this.#fail(error);
    await turn();
  }
}

/** The numbers from one to another, as text. */
export const numbers = (from: number, to: number, before = "") =>
  Array.from({ length: to - from + 1 }, (_, at) => `${before}${from + at}`);
