/** What an actor is made of. */
import type {
  Budget,
  Configuration,
  ConfigurationOptions,
  Elapsed,
  StepListener,
} from "@sluice/core";
import type { Joiner } from "../adapter/Coalescer.js";
import type { Transport } from "../adapter/Transport.js";
import type { Flusher } from "./Flusher.js";
import type { Lanes } from "./Lanes.js";
import type { NamedOptions } from "./Named.js";
import type { GapWire } from "./Notices.js";
import type { Rest } from "./Rest.js";
import type { Vigil } from "./Vigil.js";

/** What an actor is made of. */
export interface ActorOptions<T> extends NamedOptions {
  readonly transport: Transport<T>;
  readonly flusher: Flusher;
  /** The encoded size of a message, in whole bytes. */
  readonly sizeOf: (message: T) => number;
  readonly configuration?: ConfigurationOptions | Configuration;
  /** Told of every step of the chart, in order. */
  readonly listener?: StepListener;
  /** Tells how long the event loop has turned; without one, the context's clock is believed. */
  readonly vigil?: Vigil;
  /** The time by that, for all that share it; by default it is this one's own. */
  readonly elapsed?: Elapsed;
  /** What is left of an actor in whose place it goes on. */
  readonly rest?: Rest | undefined;
  /**
   * Whether an offer that finds no room may write to the transport at once, to make some: while that takes what it
   * is given, a burst costs nothing. False by default: it is written to in the turns of the shared flush alone.
   */
  readonly makesRoom?: boolean;
  /** What it may hold together with others, if that is limited. */
  readonly budget?: Budget<T> | undefined;
  /** What may wait in its lanes; by default what `LanesOptions` has by default. */
  readonly lanes?: Lanes | undefined;
  /** How what is lost of topics is told to the client, if it is. */
  readonly gapWire?: GapWire<T> | undefined;
  /** Makes several messages one, if that is wanted. */
  readonly joiner?: Joiner<T> | undefined;
}
