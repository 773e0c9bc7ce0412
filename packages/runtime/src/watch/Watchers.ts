/** Who looks at one connection for a while: nobody, mostly, and then there is nothing of this. */
import { type Elapsed, mustBeFunction, type OfferResult, type StepListener } from "@sluice/core";
import { attempt } from "../actor/Attempt.js";
import type { Reporter } from "../actor/Reporter.js";
import { guarded, type Sampled, type SampleListener, Sampler } from "./Sampler.js";

export class Watchers {
  #reporter: Reporter | undefined;
  #sampled: Sampled | undefined;
  readonly #elapsed: Elapsed;
  readonly #observers = new Set<StepListener>();
  #sampler: Sampler | undefined;
  #sampleListener: SampleListener | undefined;
  /** The sampler waits for something: else it is not even looked at. */
  isSampling = false;

  /** Of a connection that rests. */
  constructor(elapsed: Elapsed) {
    this.#elapsed = elapsed;
  }

  /** They look at this actor from now on, in the place of the one before, if there was one: at its outbox. */
  adopt(reporter: Reporter, sampled: Sampled): this {
    this.#reporter = reporter;
    this.#sampled = sampled;
    if (this.#sampleListener === undefined) return this;
    this.#sampler = new Sampler(sampled, this.#elapsed, this.#sampleListener);
    this.arm();
    return this;
  }

  // ── Observers ───────────────────────────────────────────────────────────────────────────────────────

  /** Tells an observer of every step of the chart from now on. Returns how to stop. */
  observe(observer: StepListener): () => void {
    mustBeFunction(observer?.onStep, "onStep of an observer");
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** The chart has made a step. */
  stepped(event: number, from: number, to: number, mask: number): void {
    // A copy: who begins to look during a step is told from the next one on.
    for (const observer of [...this.#observers]) {
      attempt(
        () => observer.onStep(event, from, to, mask),
        (error) => this.#reporter?.report("an observer of it failed", error),
      );
    }
  }

  // ── The sampler ─────────────────────────────────────────────────────────────────────────────────────

  /** Takes samples for a listener from now on, in the place of any other. Returns how to stop. */
  sample(listener: SampleListener): () => void {
    const failed = (error: unknown) =>
      this.#reporter?.report("a listener to its samples failed", error);
    const own = guarded(listener, failed);
    this.#sampleListener = own;
    this.#sampler =
      this.#sampled === undefined ? undefined : new Sampler(this.#sampled, this.#elapsed, own);
    return () => {
      if (this.#sampleListener !== own) return;
      this.#sampleListener = undefined;
      this.#sampler = undefined;
      this.isSampling = false;
    };
  }

  /** One sample of each kind is due. */
  arm(): void {
    if (this.#sampler === undefined) return;
    this.#sampler.arm();
    this.isSampling = true;
  }

  /** A message was offered just now, with this result. */
  taken(result: OfferResult): void {
    if (this.isSampling) this.#sampler?.taken(result);
  }

  /** A message is about to be sent. */
  sends(): void {
    if (this.isSampling) this.#sampler?.sends();
  }

  /** It has been sent, or waits. */
  sent(): void {
    if (this.isSampling) this.#sampler?.sent();
  }

  /** A sender waits from now on: since when, if anybody wants to know. */
  waitBegins(): number {
    return this.#sampler?.waitBegins() ?? Number.NaN;
  }

  /** A sender that waited has been answered. */
  waitEnds(sinceMillis: number, result: OfferResult): void {
    this.#sampler?.waitEnds(sinceMillis, result);
  }

  /** The client has answered a ping, after so long. */
  answered(roundTripMillis: number): void {
    this.#sampler?.answered(roundTripMillis);
  }

  turnBegins(): void {
    if (this.isSampling) this.#sampler?.turnBegins();
  }

  turnEnds(): void {
    if (this.isSampling) this.isSampling = this.#sampler?.turnEnds() ?? false;
  }
}
