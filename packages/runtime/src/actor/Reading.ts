/** What a connection reads in the place of its outbox, while it keeps up: what is published for many. */
import { type Configuration, type Statistics, total, type Volume } from "@sluice/core";

export interface Reading {
  /** What was published for it in this turn of the event loop, and is not handed over. */
  readonly pending: Volume;
  /** Counts what has been handed over. */
  settle(): void;
  /** Looks whether it keeps up; if not, it has its outbox again. */
  look(): void;
  /** Has it served by its outbox from now on: there is put what is pending. */
  leave(): void;
}

/** Statistics with what is pending: it is offered and held, as if it were in the outbox. */
export function withPending<S extends Statistics>(
  statistics: S,
  pending: Volume,
  { maxMessages, maxBytes }: Pick<Configuration, "maxMessages" | "maxBytes">,
): S {
  if (pending.messages === 0) return statistics;
  const { offered, enqueued, buffered: held, peak } = statistics;
  const buffered = total({ held, pending });
  return {
    ...statistics,
    offered: total({ offered, pending }),
    enqueued: total({ enqueued, pending }),
    buffered,
    fill: Math.max(buffered.messages / maxMessages, buffered.bytes / maxBytes),
    peak: {
      messages: Math.max(peak.messages, buffered.messages),
      bytes: Math.max(peak.bytes, buffered.bytes),
    },
  };
}
