import type { Configuration } from "./configuration/Configuration.js";
import type { StepListener } from "./flow/Flow.js";
import type { RoomMaker } from "./line/Admission.js";

/** What an outbox is made of. */
export interface OutboxOptions<T> {
  readonly configuration: Configuration;
  /** The encoded size of a message, in whole bytes. */
  readonly sizeOf: (message: T) => number;
  /** The time, in milliseconds; a monotonic clock is best, any other does no harm. */
  readonly now: () => number;
  /** Told of every step of the chart, in order, when the outbox is whole again. */
  readonly listener?: StepListener;
  /**
   * Asked to take messages out, by `delivered`, when one has come for which there is no room: a burst is no
   * slowness while the transport takes what it is given. It is asked before that message is counted, and again
   * until there is room or it says, by false, that it has taken none.
   */
  readonly roomMaker?: RoomMaker;
}
