/** What every view of a connection shows, whichever way it sends. It may be asked at any time, also after closing. */
import {
  type Configuration,
  type ConfigurationOptions,
  type ConnectionState,
  configuration,
  delayMillis,
  type Health,
  type Inspect,
  isPlainObject,
  Label,
  type OfferResult,
  type Recommendation,
  type StepListener,
  speaks,
  total,
  withoutUndefined,
} from "@sluice/core";
import type { Scope } from "effect";
import type { Actor } from "../actor/Actor.js";
import type { CloseOptions } from "../actor/CloseInfo.js";
import { type Eviction, evictionOf } from "../actor/Eviction.js";
import type { Holder } from "../actor/Holder.js";
import { nameplate } from "../actor/Nameplate.js";
import type { ConnectionStatistics } from "../actor/ReceiptStatistics.js";
import type { SampleListener } from "../watch/Sampler.js";
import type { Labelling } from "./Labelled.js";
import { fillOf, nothingToDo, recommendationFor, statisticsOf } from "./pictures.js";

/** A connection at a moment. */
export interface Look {
  readonly state: ConnectionState;
  readonly health: Health;
  readonly statistics: ConnectionStatistics;
  readonly recommendation: Recommendation;
}

export class ConnectionView<in out T> {
  /** @internal */
  protected readonly holder: Holder<T>;

  /** An actor is its own holder. */
  constructor(holder: Holder<T>) {
    this.holder = holder;
  }

  /** @internal */
  protected get actor(): Actor<T> {
    return this.holder.actor;
  }

  get id(): string {
    return this.holder.id;
  }

  /** For people to read, of its owner's choosing: a user's name, a room. Shown wherever the connection is. */
  get label(): string | undefined {
    return this.holder.nameplate.label;
  }

  /** @throws {TypeError | RangeError} for what is not a string, or one of more than 200 characters. */
  set label(label: string | undefined) {
    this.holder.nameplate = nameplate({ ...this.holder.nameplate, label });
  }

  /** Its owner's own: the library does not look into it. */
  get data(): unknown {
    return this.holder.nameplate.data;
  }

  set data(data: unknown) {
    this.holder.nameplate = nameplate({ ...this.holder.nameplate, data });
  }

  get configuration(): Configuration {
    return this.holder.configuration;
  }

  /**
   * Changes some of its options from now on; the others stay. Nothing is lost by that: what it holds above new limits stays, and
   * no more comes until it is within them. A `send` that waits for room is answered as the new strategy answers. What waits
   * in its lanes has limits of its own.
   *
   * @throws {ConfigurationError} when the whole is not valid; nothing has changed then.
   *
   * @example
   * ```ts
   * import type { PlainConnection } from "@sluice/runtime";
   *
   * const promote = (connection: PlainConnection<string>) =>
   *   connection.reconfigure({ maxMessages: 10_000, overflow: "disconnect" });
   * ```
   */
  reconfigure(options: ConfigurationOptions): void {
    // What is no plain object is refused as that.
    const next = isPlainObject(options)
      ? { ...this.configuration, ...withoutUndefined(options) }
      : options;
    this.holder.reconfigure(configuration(next));
  }

  /**
   * Takes or refuses a message at once, and says which. Never waits, never throws for load. A `label` says what it means: its
   * key, its lane, how long it is worth sending.
   *
   * @throws {ConfigurationError} for a label that is none.
   */
  offer(message: T, label?: Labelling<T>): OfferResult {
    if (label === undefined) return this.actor.offer(message);
    return this.actor.offerLabelled(message, Label.of(label));
  }

  /** Closes without flushing, as a slow consumer unless said otherwise: what is queued is dropped and counted. */
  evict(options?: CloseOptions): void {
    this.actor.evict(options);
  }

  /** How it was cut off: for which rung of the ladder, when, and what that cost; undefined for one that was not. */
  get eviction(): Eviction | undefined {
    return evictionOf(this.holder);
  }

  get state(): ConnectionState {
    return this.holder.awake?.outbox.state ?? "normal";
  }

  /**
   * As it was last assessed: it follows the recent drop rate, and is unhealthy while the client is stalled. A `Sluice`,
   * or whoever else keeps a registry, assesses about once a second; a stall is assessed at once.
   */
  get health(): Health {
    return this.holder.awake?.outbox.health ?? "healthy";
  }

  /** Moves the recent window of the drop rate on, and the health with it: about once a second is enough. */
  assess(): Health {
    return this.holder.awake?.assess() ?? "healthy";
  }

  /** How full the outbox is, 0 to 1. */
  get fill(): number {
    const { awake } = this.holder;
    return awake === undefined ? 0 : fillOf(awake);
  }

  /** What a sender that comes now waits at the most, in milliseconds, if there is room. */
  get delayMillis(): number {
    const { awake, configuration } = this.holder;
    return awake?.outbox.delayMillis ?? delayMillis(configuration, 0);
  }

  /** A picture of everything counted, that no longer changes. */
  stats(): ConnectionStatistics {
    const { awake } = this.holder;
    return awake === undefined ? this.holder.atRest : statisticsOf(awake);
  }

  /** What to do about this connection, and why. */
  recommendation(): Recommendation {
    const { awake } = this.holder;
    return awake === undefined ? nothingToDo : recommendationFor(awake, fillOf(awake));
  }

  /** One consistent picture of it. Looking changes nothing. */
  look(): Look {
    const { awake } = this.holder;
    const statistics = this.stats();
    const { state, health, fill } = statistics;
    const recommendation = awake === undefined ? nothingToDo : recommendationFor(awake, fill);
    return { state, health, statistics, recommendation };
  }

  /** The row of the transition table that it is in, 0 at rest: `states[connection.stateId]` of `@sluice/machines`. */
  get stateId(): number {
    return this.holder.awake?.outbox.stateId ?? 0;
  }

  /**
   * Tells an observer of every step of the chart from now on, in order; one that throws is logged. Returns how
   * to stop. While nobody looks, nothing is paid for it.
   */
  observe(observer: StepListener): () => void {
    return this.holder.watchers.observe(observer);
  }

  /** Takes samples of it for a listener, in the place of any other: see `SampleListener`. Returns how to stop. */
  sample(listener: SampleListener): () => void {
    return this.holder.watchers.sample(listener);
  }

  /** Lives as long as the connection: what is forked in it is interrupted when the connection closes. */
  get scope(): Scope.Scope {
    return this.actor.ending.scope;
  }

  /** What it is like now, for `JSON.stringify`: without its data, which may be anything. */
  toJSON(): object {
    const { id, label } = this;
    return { id, ...(label !== undefined && { label }), ...this.stats() };
  }

  /** `Connection c7 "Ada" normal healthy`. */
  toString(): string {
    const { state, health } = this.stats();
    const label = this.label === undefined ? "" : ` ${JSON.stringify(this.label)}`;
    return `Connection ${this.id}${label} ${state} ${health}`;
  }

  /** What `console.log` prints. */
  [speaks](_depth: number, options: object, inspect: Inspect): string {
    const { fill, delayMillis, offered, delivered, dropped, rejected, buffered, waiting } =
      this.stats();
    const counts = {
      offered: offered.messages,
      delivered: delivered.messages,
      dropped: total(dropped).messages,
      rejected: total(rejected).messages,
      buffered: buffered.messages,
      waiting: waiting.messages,
    };
    const { data } = this;
    const about = { fill, delayMillis, ...counts };
    if (data === undefined) return `${this} ${inspect(about, options)}`;
    try {
      return `${this} ${inspect({ ...about, data }, options)}`;
    } catch {
      return `${this} ${inspect({ ...about, data: "cannot be shown" }, options)}`;
    }
  }
}
