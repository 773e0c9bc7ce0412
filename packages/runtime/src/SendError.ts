/** Why a `send` failed: its message is not in the outbox and never will be. */
import type { RejectReason } from "@sluice/core";
import { Data } from "effect";

/** The message was not taken. `reason` is for programs, `message` for people. */
export class SendError extends Data.TaggedError("SendError")<{
  readonly reason: RejectReason;
  /** The connection's id. */
  readonly connection: string;
}> {
  override get message(): string {
    return `connection ${this.connection}: message not sent (${this.reason}): ${rules[this.reason]}`;
  }
}

const rules: Readonly<Record<RejectReason, string>> = {
  full: "the outbox is full and its strategy rejects new messages",
  timeout: "no room came free within blockTimeoutMillis",
  "too-large": "the message is larger than maxBytes",
  waiters: "maxWaiters senders wait already",
  interrupted: "its sender was interrupted while it waited",
  "slow-consumer": "the outbox is full and its strategy disconnects",
  closed: "the connection is closing or closed",
};
