/** What the bus has lost, by why. */
import type { Volume } from "@sluice/core";

/**
 * While NATS could not be reached (`disconnected`), or took less than was published (`behind`). For what it never takes
 * (`too-large`) and what is no message of a channel (`malformed`). What others published and never came (`missed`), or came
 * after what was published later (`late`). What a stream does not have any more (`trimmed`), and what could not be stored:
 * more was waiting than there may be (`full`), or it is not known whether it was (`unknown`).
 */
export const dropReasons = [
  "disconnected",
  "behind",
  "too-large",
  "malformed",
  "missed",
  "late",
  "trimmed",
  "full",
  "unknown",
] as const;

export type DropReason = (typeof dropReasons)[number];

export class Drops {
  readonly #counts = Object.fromEntries(
    dropReasons.map((reason) => [reason, { messages: 0, bytes: 0 }]),
  ) as Record<DropReason, { messages: number; bytes: number }>;

  add(reason: DropReason, bytes: number, messages = 1): void {
    this.#counts[reason].messages += messages;
    this.#counts[reason].bytes += bytes;
  }

  get all(): Readonly<Record<DropReason, Volume>> {
    return structuredClone(this.#counts);
  }
}
