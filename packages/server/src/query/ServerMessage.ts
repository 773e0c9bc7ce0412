/** What the server says on `/query`. Every message about a query carries the id that its client gave it. */
import type { Column } from "./Database.js";

export type ServerMessage =
  | { readonly type: "started"; readonly id: string; readonly columns: ReadonlyArray<Column> }
  | ({ readonly type: "progress"; readonly id: string } & Progress)
  | ({ readonly type: "completed"; readonly id: string } & Progress)
  | ({ readonly type: "cancelled"; readonly id: string } & Progress)
  | {
      readonly type: "error";
      /** The query it is about; none when the message that it answers named none. */
      readonly id?: string;
      /** For programs. */
      readonly code: string;
      /** For people: the value and the rule. */
      readonly message: string;
    };

/** How far a query has come. */
export interface Progress {
  /** Rows sent. */
  readonly rows: number;
  /** `batch` messages sent: the `seq` of the next one. */
  readonly batches: number;
  readonly elapsedMillis: number;
}
