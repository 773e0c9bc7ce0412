/** Why a connection did not come to a channel by a snapshot, though its source had been asked. */
import { speaks, spoken } from "@sluice/core";
import { Data } from "effect";

const rules = {
  "source-failed": "its source failed",
  "no-source": "what the function made is no source: see SnapshotSource",
  "not-a-message": "its source gave something that is no message",
  "too-large": "its source gave a message that is larger than maxBytes of the connection",
  "not-subscribed": "the channel could not be subscribed to any more",
} as const;

/** What was wrong. The connection is not subscribed then. */
export type SnapshotProblem = keyof typeof rules;

/** A snapshot that has ended early. `reason` is for programs, `message` for people, and `cause` what was thrown, if anything. */
export class SnapshotError extends Data.TaggedError("SnapshotError")<{
  readonly reason: SnapshotProblem;
  readonly channel: string;
  /** Messages of the snapshot that were taken before: they go out. */
  readonly sent: number;
  readonly cause?: unknown;
}> {
  override get message(): string {
    return `the snapshot of channel ${this.channel} ended after ${this.sent} messages: ${rules[this.reason]}`;
  }

  /** What `console.log` prints: the message and the stack, as of any error. */
  [speaks](): string {
    return spoken(this);
  }

  /** For `JSON.stringify`, which leaves an error's message out. */
  override toJSON(): object {
    const { _tag, message, reason, channel, sent } = this;
    return { _tag, message, reason, channel, sent };
  }
}
