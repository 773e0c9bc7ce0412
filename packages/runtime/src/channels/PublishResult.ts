/** A message for many is given to each, and what became of it is counted. */
import type { Label, OfferResult, RejectReason } from "@sluice/core";
import type { Limited } from "../actor/Lanes.js";
import type { Frame } from "../adapter/Frame.js";
import type { Message } from "../adapter/Message.js";
import type { Stored } from "../bus/Bus.js";

/** What became of a message for many, in connections. */
export interface PublishResult {
  /** Connections that have taken it. */
  readonly accepted: number;
  readonly rejected: number;
  /** Those that have not, by reason; absent when there are none. */
  readonly reasons?: Readonly<Partial<Record<RejectReason, number>>>;
  /** Of a channel that a bus orders: nobody has it yet, and this is what becomes of it. It never rejects. */
  readonly stored?: Promise<Stored>;
}

/** Whoever can be subscribed. */
export interface Subscriber {
  /** Its connection takes messages. */
  readonly isOpen: boolean;
  /** Whose messages it takes, if they are another's. */
  readonly standsFor?: Subscriber | undefined;
  /** A message for many comes to it. */
  take(
    frame: Frame,
    bytes: number,
    limits: Limited | undefined,
    label?: Label<Message>,
  ): OfferResult;
}

/** Gives a message to each, but for `except`, and counts what became of it. */
export function giveTo(
  subscribers: Iterable<Subscriber>,
  frame: Frame,
  except: Subscriber | undefined,
  limits?: Limited,
  label?: Label<Message>,
): PublishResult {
  const bytes = frame.byteLength;
  let accepted = 0;
  let rejected = 0;
  let reasons: Partial<Record<RejectReason, number>> | undefined;
  for (const subscriber of subscribers) {
    if (except !== undefined && isFor(subscriber, except)) continue;
    const result = subscriber.take(frame, bytes, limits, label);
    if (result._tag === "Accepted") {
      accepted++;
      continue;
    }
    rejected++;
    reasons ??= {};
    reasons[result.reason] = (reasons[result.reason] ?? 0) + 1;
  }
  return reasons === undefined ? { accepted, rejected } : { accepted, rejected, reasons };
}

/** Whether what comes to a subscriber comes to that one. */
export const isFor = (subscriber: Subscriber, one: Subscriber): boolean =>
  subscriber === one || subscriber.standsFor === one;
