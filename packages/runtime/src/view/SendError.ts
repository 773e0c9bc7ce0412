/** Why a `send` failed: its message is not in the outbox and never will be. */
import { type RejectReason, rejections, speaks, spoken } from "@sluice/core";
import { Data } from "effect";

/** The message was not taken. `reason` is for programs, `message` for people. */
export class SendError extends Data.TaggedError("SendError")<{
  readonly reason: RejectReason;
  /** The connection's id. */
  readonly connection: string;
}> {
  override get message(): string {
    return `connection ${this.connection}: message not sent (${this.reason}): ${rejections[this.reason].words}`;
  }

  /** What `console.log` prints: the message and the stack, as of any error. */
  [speaks](): string {
    return spoken(this);
  }

  /** For `JSON.stringify`, which leaves an error's message out. */
  override toJSON(): object {
    const { _tag, message, reason, connection } = this;
    return { _tag, message, reason, connection };
  }
}
