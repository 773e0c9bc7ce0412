/**
 * A bus between servers of one process, for tests. What is published reaches the others in a later turn of the event loop;
 * what is published on an ordered channel reaches all of them, in one order.
 */
import type { Volume } from "@sluice/core";
import type { Frame } from "../adapter/Frame.js";
import type { Bus, BusNode, BusStatistics, Stored } from "../bus/Bus.js";
import { matcher } from "../channels/ChannelName.js";
import type { Place } from "../history/Past.js";

const nothing: Volume = { messages: 0, bytes: 0 };

/** What buses between one another have in common. */
export class LocalNetwork {
  readonly buses = new Set<LocalBus>();
  readonly isOrdered: (channel: string) => boolean;
  /** Of the channels that it orders, all together. */
  position = 0;

  constructor(isOrdered: (channel: string) => boolean = () => false) {
    this.isOrdered = isOrdered;
  }

  bus(): LocalBus {
    const bus = new LocalBus(this);
    this.buses.add(bus);
    return bus;
  }
}

export class LocalBus implements Bus {
  /** Names and patterns, and how often each was joined and left. */
  readonly joins = new Map<string, { joined: number; left: number }>();
  readonly #network: LocalNetwork;
  readonly #wanted = new Map<string, (channel: string) => boolean>();
  #node: BusNode | undefined;
  /** Of ordered channels, in their order: what some member has no room for yet, and what comes behind it. */
  readonly #kept: Array<() => boolean> = [];
  #published = nothing;
  #received = nothing;

  constructor(network: LocalNetwork) {
    this.#network = network;
  }

  open(node: BusNode): void {
    this.#node = node;
    node.onRoom(() => this.#give());
  }

  join(wanted: string): void {
    this.#count(wanted).joined++;
    this.#wanted.set(wanted, matcher(wanted));
  }

  leave(wanted: string): void {
    this.#count(wanted).left++;
    this.#wanted.delete(wanted);
  }

  isOrdered(channel: string): boolean {
    return this.#network.isOrdered(channel);
  }

  publish(channel: string, frame: Frame): Promise<Stored> | undefined {
    this.#published = grown(this.#published, frame);
    if (!this.isOrdered(channel)) {
      for (const bus of this.#network.buses) {
        if (bus !== this) setImmediate(() => bus.#hear(channel, frame, undefined));
      }
      return undefined;
    }
    const position = { epoch: "local", position: ++this.#network.position };
    for (const bus of this.#network.buses) setImmediate(() => bus.#hear(channel, frame, position));
    return Promise.resolve({ _tag: "Stored", position });
  }

  get statistics(): BusStatistics {
    return {
      isConnected: this.#network.buses.has(this),
      joined: this.#wanted.size,
      published: this.#published,
      received: this.#received,
      buffered: { messages: this.#kept.length, bytes: 0 },
      dropped: {},
    };
  }

  async close(): Promise<void> {
    this.#network.buses.delete(this);
  }

  #hear(channel: string, frame: Frame, at: Place | undefined): void {
    const node = this.#node;
    const isWanted = [...this.#wanted.values()].some((matches) => matches(channel));
    if (node === undefined || !isWanted) return;
    this.#received = grown(this.#received, frame);
    if (at === undefined) node.deliver(channel, frame);
    else this.#kept.push(() => node.offer(channel, frame, at));
    this.#give();
  }

  #give(): void {
    while (this.#kept[0]?.()) this.#kept.shift();
  }

  #count(wanted: string): { joined: number; left: number } {
    const known = this.joins.get(wanted) ?? { joined: 0, left: 0 };
    this.joins.set(wanted, known);
    return known;
  }
}

const grown = ({ messages, bytes }: Volume, { byteLength }: Frame): Volume => ({
  messages: messages + 1,
  bytes: bytes + byteLength,
});
