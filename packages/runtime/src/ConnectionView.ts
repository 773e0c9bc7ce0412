/** What every view of a connection shows, whichever way it sends. It may be asked at any time, also after closing. */
import type {
  Configuration,
  ConnectionState,
  Health,
  OfferResult,
  Recommendation,
  Statistics,
  StepListener,
} from "@sluice/core";
import type { Scope } from "effect";
import type { Actor } from "./Actor.js";
import type { CloseOptions } from "./CloseInfo.js";
import type { SampleListener } from "./metrics/Sampler.js";

export class ConnectionView<in out T> {
  /** @internal */
  protected readonly actor: Actor<T>;

  constructor(actor: Actor<T>) {
    this.actor = actor;
  }

  get id(): string {
    return this.actor.id;
  }

  get configuration(): Configuration {
    return this.actor.configuration;
  }

  /** Takes or refuses a message at once, and says which. Never waits, never throws for load. */
  offer(message: T): OfferResult {
    return this.actor.offer(message);
  }

  /** Closes without flushing, as a slow consumer unless said otherwise: what is queued is dropped and counted. */
  evict(options?: CloseOptions): void {
    this.actor.evict(options);
  }

  get state(): ConnectionState {
    return this.actor.state;
  }

  /** Follows the recent drop rate, and is unhealthy while the client is stalled. */
  get health(): Health {
    return this.actor.assess();
  }

  /** How full the outbox is, 0 to 1. */
  get fill(): number {
    return this.actor.fill;
  }

  /** What a sender that comes now waits at the most, in milliseconds, if there is room. */
  get delayMillis(): number {
    return this.actor.delayMillis;
  }

  /** A picture of everything counted, that no longer changes. */
  stats(): Statistics {
    return this.actor.stats();
  }

  /** What to do about this connection, and why. */
  recommendation(): Recommendation {
    return this.actor.recommendation();
  }

  /** The row of the transition table that it is in: `states[connection.stateId]` of `@sluice/machines`. */
  get stateId(): number {
    return this.actor.stateId;
  }

  /**
   * Tells an observer of every step of the chart from now on, in order; one that throws is logged. Returns how
   * to stop. While nobody looks, nothing is paid for it.
   */
  observe(observer: StepListener): () => void {
    return this.actor.observe(observer);
  }

  /** Takes samples of it for a listener, in the place of any other: see `SampleListener`. Returns how to stop. */
  sample(listener: SampleListener): () => void {
    return this.actor.sample(listener);
  }

  /** Lives as long as the connection: what is forked in it is interrupted when the connection closes. */
  get scope(): Scope.Scope {
    return this.actor.scope;
  }
}
