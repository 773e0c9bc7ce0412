/** What an actor is made of. */
import type { Configuration, ConfigurationOptions, StepListener } from "@sluice/core";
import type { Context } from "effect";
import type { Joiner } from "../adapter/Coalescer.js";
import type { Transport } from "../adapter/Transport.js";
import type { Flusher } from "./Flusher.js";
import type { Identity } from "./Nameplate.js";
import type { ErrorListener } from "./Reporter.js";
import type { Vigil } from "./Vigil.js";

/** What an actor is made of. */
export interface ActorOptions<T> extends Identity {
  readonly transport: Transport<T>;
  readonly flusher: Flusher;
  /** The encoded size of a message, in whole bytes. */
  readonly sizeOf: (message: T) => number;
  readonly configuration?: ConfigurationOptions | Configuration;
  /** By default a number that no other connection of this process has. */
  readonly id?: string;
  /** Told of every step of the chart, in order. */
  readonly listener?: StepListener;
  /** The services its fibers run with, the clock among them. */
  readonly context?: Context.Context<never>;
  /** Tells how long the event loop has turned; without one, the context's clock is believed. */
  readonly vigil?: Vigil;
  /**
   * Whether an offer that finds no room may write to the transport at once, to make some: while that takes what it
   * is given, a burst costs nothing. False by default: it is written to in the turns of the shared flush alone.
   */
  readonly makesRoom?: boolean;
  /** Makes several messages one, if that is wanted. */
  readonly joiner?: Joiner<T> | undefined;
  /**
   * Hears of everything that goes wrong around it and is not thrown at whoever called: what observers and listeners
   * throw, now or later, a transport that fails, a message that could not be sent. By default it is logged.
   */
  readonly errorListener?: ErrorListener;
}
