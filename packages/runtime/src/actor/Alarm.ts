/** The one fiber for time of a connection: it sleeps until the next deadline, and is there only while there is one. */
import { type Context, Effect, type Fiber } from "effect";
import type { Vigil } from "./Vigil.js";

export class Alarm {
  readonly #context: Context.Context<never>;
  readonly #vigil: Vigil | undefined;
  readonly #ring: () => void;
  #endWatch: (() => void) | undefined;
  #sleeper: Fiber.Fiber<void> | undefined;
  #dueMillis = Number.POSITIVE_INFINITY;

  /** `ring` is called at each deadline. */
  constructor(context: Context.Context<never>, vigil: Vigil | undefined, ring: () => void) {
    this.#context = context;
    this.#vigil = vigil;
    this.#ring = ring;
  }

  /** Rings no later than `millis` after `nowMillis`. */
  set(millis: number, nowMillis: number): void {
    const dueMillis = nowMillis + millis;
    if (this.#dueMillis <= dueMillis) return;
    this.#sleeper?.interruptUnsafe();
    this.#dueMillis = dueMillis;
    this.#endWatch ??= this.#vigil?.watch();
    this.#sleeper = Effect.runForkWith(this.#context)(
      Effect.andThen(
        Effect.sleep(Math.ceil(millis)),
        Effect.sync(() => this.#wake()),
      ),
    );
  }

  /** Whoever has been called has no further deadline, unless one was set meanwhile. */
  rest(): void {
    if (this.#sleeper !== undefined) return;
    this.#endWatch?.();
    this.#endWatch = undefined;
  }

  /** It does not ring any more. */
  stop(): void {
    this.#sleeper?.interruptUnsafe();
    this.#sleeper = undefined;
    this.#dueMillis = Number.POSITIVE_INFINITY;
    this.rest();
  }

  #wake(): void {
    this.#sleeper = undefined;
    this.#dueMillis = Number.POSITIVE_INFINITY;
    this.#ring();
  }
}
