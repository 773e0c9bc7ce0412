/** Channels of which nothing is lost between nodes: what goes into the stream and what comes out of it, while it is there. */
import type { NatsConnection } from "@nats-io/transport-node";
import type { Volume } from "@sluice/core";
import type { BusNode, BusPast, Frame, Stored } from "@sluice/runtime/adapter";
import type { Drops } from "../Drops.js";
import type { StreamOptions } from "../NatsBusOptions.js";
import type { Bounds } from "../Outflow.js";
import { Subjects } from "../Subjects.js";
import { OrderedInflow } from "./OrderedInflow.js";
import { OrderedOutflow } from "./OrderedOutflow.js";
import { Stream } from "./Stream.js";

export interface OrderedParts {
  readonly origin: string;
  readonly prefix: string;
  readonly bounds: Bounds;
  readonly limits: StreamOptions;
  readonly drops: Drops;
  readonly failed: (error: unknown, what: string) => void;
}

const againMillis = 500;
const streamBytes = 256 * 1024 * 1024;
/** What the stream has besides of a message, at the most: its subject, its headers. */
const headBytes = 2_048;

export class OrderedChannels {
  readonly #parts: OrderedParts;
  readonly #subjects: Subjects;
  readonly #outflow: OrderedOutflow;
  #inflow: OrderedInflow | undefined;
  /** The connection whose stream it has, or is looking for. */
  #connection: NatsConnection | undefined;
  /** Whether there is a stream. */
  isUp = false;

  constructor(parts: OrderedParts) {
    const { origin, prefix, bounds, drops, failed } = parts;
    this.#parts = parts;
    this.#subjects = new Subjects(`${prefix}-ordered`);
    // A stream does not take what it cannot keep.
    const most = Math.min(bounds.maxBytes, (parts.limits.maxBytes ?? streamBytes) - headBytes);
    const own = { ...bounds, mostBytes: most };
    this.#outflow = new OrderedOutflow(origin, own, drops, failed, (channel) =>
      this.#inflow?.placed(channel),
    );
  }

  open(node: BusNode): void {
    this.#inflow = new OrderedInflow(node, this.#subjects, this.#parts.drops);
  }

  join(wanted: string): void {
    this.#inflow?.join(wanted);
  }

  leave(wanted: string): void {
    this.#inflow?.leave(wanted);
  }

  publish(channel: string, frame: Frame): Promise<Stored> {
    return this.#outflow.publish(channel, frame);
  }

  past(channel: string): BusPast | undefined {
    return this.#inflow?.past(channel);
  }

  get statistics(): Readonly<Record<"published" | "received" | "buffered", Volume>> & {
    readonly joined: number;
  } {
    const { published, buffered } = this.#outflow;
    const { received = { messages: 0, bytes: 0 }, joined = 0 } = this.#inflow ?? {};
    return { published, received, buffered, joined };
  }

  up(connection: NatsConnection): void {
    this.#connection = connection;
    void this.#find(connection);
  }

  down(): void {
    this.#connection = undefined;
    this.isUp = false;
    this.#outflow.down();
    this.#inflow?.down();
  }

  async close(): Promise<void> {
    this.#connection = undefined;
    this.isUp = false;
    this.#outflow.close();
    await this.#inflow?.close();
  }

  /** Until there is one: a server that has just begun may not have its streams yet. */
  async #find(connection: NatsConnection): Promise<void> {
    const { prefix, limits, failed } = this.#parts;
    const name = `${prefix}-ordered`.replaceAll(".", "_");
    const { maxMessages = 10_000, maxBytes = streamBytes } = limits;
    const subjectOf = this.#subjects.of.bind(this.#subjects);
    while (this.#connection === connection) {
      try {
        const stream = await Stream.open(connection, name, subjectOf, { maxMessages, maxBytes });
        if (this.#connection !== connection) return;
        this.isUp = true;
        this.#inflow?.up(stream);
        this.#outflow.up(stream);
        return;
      } catch (error) {
        if (this.#connection === connection) failed(error, "JetStream cannot be reached");
        await new Promise<void>((resolve) => void setTimeout(resolve, againMillis).unref());
      }
    }
  }
}
