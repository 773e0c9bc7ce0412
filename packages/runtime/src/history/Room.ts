/** What one connection may be given of the past at a time. */
import { type Configuration, watermarksOf } from "@sluice/core";
import { defaultQuantum, roundsPerTurn } from "../actor/Flusher.js";
import type { Limited } from "../actor/Lanes.js";
import type { Member } from "../hub/Member.js";

export interface Room {
  messages: number;
  bytes: number;
  /** Nothing waits yet: a message that is larger than this goes all the same. */
  readonly isEmpty: boolean;
}

interface Outbox {
  readonly length: number;
  readonly bytes: number;
  readonly configuration: Configuration;
}

/** What the flush hands over in a turn: more would only wait. */
const turnBytes = roundsPerTurn * defaultQuantum.bytes;

/** For messages of a channel that may have limits of its own. Below the first mark: nobody is delayed, and nothing lost. */
export function roomOf(member: Member, limits: Limited | undefined): Room {
  member.reader?.leave();
  const { length, bytes, configuration } = outboxOf(member, limits);
  const { upMessages, upBytes } = watermarksOf(configuration);
  const isEmpty = length === 0;
  const below = Math.max(0, (upMessages[0] as number) - 1 - length);
  return {
    messages: isEmpty ? Math.max(1, below) : below,
    bytes: Math.max(0, Math.min((upBytes[0] as number) - 1, turnBytes) - bytes),
    isEmpty,
  };
}

function outboxOf({ actor }: Member, limits: Limited | undefined): Outbox {
  if (limits === undefined) return actor.outbox;
  const { backlogs } = actor.pump;
  if (backlogs !== undefined) return backlogs.outboxOf(limits);
  return { length: 0, bytes: 0, configuration: limits.configuration };
}
