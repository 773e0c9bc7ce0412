/**
 * A bus over NATS. Each name and pattern of a node is a subscription there; a message goes out once, whatever the number of
 * nodes. What waits to go out is bounded in messages and bytes, and every message that is lost here is counted by why.
 */
import { randomBytes } from "node:crypto";
import type { NatsConnection, Subscription } from "@nats-io/transport-node";
import { total } from "@sluice/core";
import {
  type Bus,
  type BusNode,
  type BusPast,
  type BusStatistics,
  type Frame,
  isWild,
  matcher,
  type Stored,
} from "@sluice/runtime/adapter";
import { Drops } from "./Drops.js";
import { Inflow } from "./Inflow.js";
import { Link, type Linked } from "./Link.js";
import { checked, type NatsBusOptions } from "./NatsBusOptions.js";
import { Outflow } from "./Outflow.js";
import { OrderedChannels } from "./ordered/OrderedChannels.js";
import { Subjects } from "./Subjects.js";

/**
 * The channels of a `Sluice` across machines.
 *
 * @example
 * ```ts
 * import { NatsBus } from "@sluice/nats";
 * import { Sluice } from "@sluice/ws";
 *
 * const sluice = new Sluice({ bus: new NatsBus({ servers: "nats://127.0.0.1:4222" }) });
 * sluice.publish("prices.eur", "1.08"); // Reaches the members of every node.
 * ```
 */
export class NatsBus implements Bus, Linked {
  /** Names this node among all. */
  readonly origin = randomBytes(9).toString("base64url");
  readonly #options: NatsBusOptions;
  readonly #subjects: Subjects;
  readonly #drops = new Drops();
  readonly #outflow: Outflow;
  readonly #subscriptions = new Map<string, ReadonlyArray<Subscription>>();
  readonly #isOrdered: ReadonlyArray<(channel: string) => boolean>;
  readonly #ordered: OrderedChannels | undefined;
  #node: BusNode | undefined;
  #inflow: Inflow | undefined;
  #link: Link | undefined;
  #connection: NatsConnection | undefined;

  /** It connects when it is given to a `Sluice`. @throws {ConfigurationError} for an option that is not valid. */
  constructor(options: NatsBusOptions = {}) {
    const {
      prefix = "sluice",
      maxMessages = 10_000,
      maxBytes = 8 * 1024 * 1024,
    } = checked(options);
    this.#options = options;
    this.#subjects = new Subjects(prefix);
    const bounds = { maxMessages, maxBytes };
    this.#outflow = new Outflow(this.origin, this.#subjects, bounds, this.#drops);
    this.#isOrdered = (options.ordered ?? []).map(matcher);
    if (this.#isOrdered.length === 0) return;
    const failed = this.failed.bind(this);
    const given = { origin: this.origin, prefix, bounds, drops: this.#drops, failed };
    this.#ordered = new OrderedChannels({ ...given, limits: options.stream ?? {} });
  }

  // ── What its node asks ───────────────────────────────────────────────────────────────────────────────

  open(node: BusNode): void {
    if (this.#node !== undefined) throw new Error("a bus serves one Sluice: this one has one");
    this.#node = node;
    this.#inflow = new Inflow(this.origin, node, this.#drops);
    this.#ordered?.open(node);
    const { servers, connection } = this.#options;
    const some = typeof servers === "object" ? [...servers] : servers;
    this.#link = new Link({ ...connection, ...(some && { servers: some }) }, this);
  }

  join(wanted: string): void {
    if (isWild(wanted) || this.isOrdered(wanted)) this.#ordered?.join(wanted);
    if (this.isOrdered(wanted)) return;
    this.#inflow?.join(wanted);
    if (this.#connection !== undefined) this.#subscribe(this.#connection, wanted);
    else this.#subscriptions.set(wanted, []);
  }

  leave(wanted: string): void {
    this.#ordered?.leave(wanted);
    if (this.isOrdered(wanted)) return;
    this.#inflow?.leave(wanted);
    for (const one of this.#subscriptions.get(wanted) ?? []) one.unsubscribe();
    this.#subscriptions.delete(wanted);
  }

  isOrdered(channel: string): boolean {
    return this.#isOrdered.some((matches) => matches(channel));
  }

  past(channel: string): BusPast | undefined {
    return this.#ordered?.past(channel);
  }

  publish(channel: string, frame: Frame): Promise<Stored> | undefined {
    if (this.#ordered !== undefined && this.isOrdered(channel)) {
      return this.#ordered.publish(channel, frame);
    }
    this.#outflow.publish(channel, frame);
    return undefined;
  }

  get statistics(): BusStatistics {
    const none = { messages: 0, bytes: 0 };
    const {
      joined = 0,
      published = none,
      received = none,
      buffered = none,
    } = this.#ordered?.statistics ?? {};
    return {
      isConnected: (this.#link?.isUp ?? false) && (this.#ordered?.isUp ?? true),
      joined: (this.#inflow?.joined ?? 0) + joined,
      published: total({ own: this.#outflow.published, published }),
      received: total({ own: this.#inflow?.received ?? none, received }),
      buffered: total({ own: this.#outflow.buffered, buffered }),
      dropped: this.#drops.all,
    };
  }

  async close(): Promise<void> {
    this.#outflow.close();
    await this.#ordered?.close();
    await this.#link?.close();
  }

  // ── What its link tells ──────────────────────────────────────────────────────────────────────────────

  /** @internal */
  up(connection: NatsConnection, isNew: boolean): void {
    this.#connection = connection;
    if (isNew) for (const wanted of this.#subscriptions.keys()) this.#subscribe(connection, wanted);
    this.#outflow.up(connection);
    this.#ordered?.up(connection);
  }

  /** @internal */
  down(): void {
    this.#outflow.down();
    this.#ordered?.down();
  }

  /** @internal */
  failed(error: unknown, what: string): void {
    this.#node?.onError(error, what);
  }

  #subscribe(connection: NatsConnection, wanted: string): void {
    const all = this.#subjects.all(wanted).map((subject) =>
      connection.subscribe(subject, {
        callback: (error, message) => {
          if (error !== null && error !== undefined) this.failed(error, `NATS refuses ${wanted}`);
          else {
            const channel = this.#subjects.channel(message.subject);
            if (channel !== undefined) this.#inflow?.hear(wanted, channel, message);
          }
        },
      }),
    );
    this.#subscriptions.set(wanted, all);
  }
}
