import type { Budget } from "./budget/Budget.js";
import type { Configuration } from "./configuration/Configuration.js";
import type { Elapsed } from "./flow/Elapsed.js";
import type { StepListener } from "./flow/Flow.js";
import type { TopicGaps } from "./label/TopicGaps.js";
import type { RoomMaker } from "./line/Admission.js";
import type { Outbox } from "./Outbox.js";
import type { Past } from "./Past.js";

/** What an outbox is made of. */
export interface OutboxOptions<T> {
  readonly configuration: Configuration;
  /** The encoded size of a message, in whole bytes. */
  readonly sizeOf: (message: T) => number;
  /** The time, in milliseconds; a monotonic clock is best, any other does no harm. Outboxes may share an `Elapsed`. */
  readonly now: (() => number) | Elapsed;
  /** Told of every step of the chart, in order, when the outbox is whole again. */
  readonly listener?: StepListener;
  /**
   * Asked to take messages out, by `delivered`, when one has come for which there is no room: a burst is no
   * slowness while the transport takes what it is given. It is asked before that message is counted, and again
   * until there is room or it says, by false, that it has taken none.
   */
  readonly roomMaker?: RoomMaker;
  /**
   * It counts in the ledger of this one: an outbox for some of the messages of a connection, with limits and a strategy
   * of its own. Whoever looks at the other gives `stats` what is held in this one.
   */
  readonly beside?: Outbox<T>;
  /** What it may hold together with others, if that is limited: what it holds counts there while it is behind. */
  readonly budget?: Budget<T> | undefined;
  /** What is lost of topics is kept there, until it has been told: see `Outbox.gapBefore` and `TopicGaps`. */
  readonly gaps?: TopicGaps | undefined;
  /**
   * Hears of what the `merge` of a label throws for a sender that waited: its message takes the place of the older one then.
   * Without it the error comes out of the call by which it was let in.
   */
  readonly failed?: ((error: unknown) => void) | undefined;
  /** What an outbox that was at rest had behind it: this one goes on from there. */
  readonly past?: Past | undefined;
}
