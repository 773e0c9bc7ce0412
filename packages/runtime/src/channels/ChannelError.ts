/** What cannot be subscribed to, or published on. */
import { shown, speaks, spoken } from "@sluice/core";
import { Data } from "effect";

const rules = {
  "bad-name":
    "must be 1 to 200 characters: letters, digits, _, - or :, in parts with dots between them",
  "bad-pattern":
    "must be a channel's name, of which parts may be * (one part) or ** (any number of parts), in at most 200 characters",
  "too-many-channels": "would be one more channel than maxChannels",
  "too-many-subscriptions": "would be one more than maxSubscriptions of its connection",
  "no-history": "has no history: channels.history must have a pattern of it",
  "has-pattern": "comes to its connection already, by a pattern that it is subscribed to",
  "catching-up": "has a channel that its connection is catching up with",
} as const;

/** Why there is no such channel, or no such subscription. Nothing has changed. */
export type ChannelProblem = keyof typeof rules;

/** A channel that cannot be. `reason` is for programs, `message` for people. */
export class ChannelError extends Data.TaggedError("ChannelError")<{
  readonly reason: ChannelProblem;
  /** What was asked for. */
  readonly channel: unknown;
}> {
  override get message(): string {
    return `channel ${shown(this.channel)} ${rules[this.reason]}`;
  }

  /** What `console.log` prints: the message and the stack, as of any error. */
  [speaks](): string {
    return spoken(this);
  }

  /** For `JSON.stringify`, which leaves an error's message out. */
  override toJSON(): object {
    const { _tag, message, reason, channel } = this;
    return { _tag, message, reason, channel };
  }
}
