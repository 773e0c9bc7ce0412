/** A message that was taken and could not be sent, then or ever. It cost itself, and nothing else. */
import { speaks, spoken } from "@sluice/core";
import { Data } from "effect";

/** The message is lost: dropped, and counted as `unsendable`. Its connection goes on. */
export class UnsendableError extends Data.TaggedError("UnsendableError")<{
  /** The connection's id. */
  readonly connection: string;
  /** The size of the message when it was taken. */
  readonly bytes: number;
  /** Why a `Deferred` could not be encoded. */
  readonly cause?: unknown;
}> {
  override get message(): string {
    if (this.cause !== undefined) {
      const why = this.cause instanceof Error ? this.cause.message : String(this.cause);
      return `connection ${this.connection}: a message of ${this.bytes} bytes was dropped: it could not be encoded: ${why}`;
    }
    return (
      `connection ${this.connection}: a message of ${this.bytes} bytes was dropped: its bytes were gone before they ` +
      "were sent; copy what a message handler is given with Frame.copy (Buffer.from only looks at it)"
    );
  }

  [speaks](): string {
    return spoken(this);
  }
}
