/** The connection took a step that the chart would not have taken, or not in that way. */
import { speaks, spoken } from "@sluice/core";
import type { ConnectionAction } from "@sluice/machines";
import { Data } from "effect";

/** A step as one side took it. */
export interface Standing {
  /** States as XState writes them. */
  readonly before: unknown;
  readonly after: unknown;
  readonly actions: ReadonlyArray<ConnectionAction>;
}

export class DisagreementError extends Data.TaggedError("DisagreementError")<{
  /** Its id. */
  readonly connection: string;
  readonly event: string;
  readonly taken: Standing;
  readonly chart: Standing;
}> {
  override get message(): string {
    return `on ${this.event}, connection ${this.connection} ${inWords(this.taken)}, where its chart ${inWords(this.chart)}`;
  }

  [speaks](): string {
    return spoken(this);
  }
}

function inWords({ before, after, actions }: Standing): string {
  const performed = actions.length > 0 ? actions.join(", ") : "nothing";
  return `went from ${JSON.stringify(before)} to ${JSON.stringify(after)} and performed ${performed}`;
}
