/** What is asked of the process that answers queries. */

/** Where the ports are of the reference server and of the bare one; or the batches alone, read and thrown away. */
export type QueryRequest =
  | { readonly ask: "ports" }
  | { readonly ask: "drain"; readonly sql: string; readonly batchRows: number };

export interface Ports {
  readonly ours: number;
  readonly bare: number;
}

/** What a client sends, on either port. */
export interface Wanted {
  readonly type: "query";
  readonly id: string;
  readonly sql: string;
  readonly batchRows: number;
}
