/** A server of one kind, as its process steers it. */
import type { ServerEntry } from "../ledger/Entry.js";
import type { Sight } from "./protocol.js";

export interface Arm {
  readonly port: number;
  /** Sends a message to everyone. */
  send(number: number, bytes: Buffer): void;
  readonly sights: ReadonlyArray<Sight>;
  readonly open: number;
  readonly bufferedBytes: number;
  readonly budgetBytes: number;
  readonly entries: ReadonlyArray<ServerEntry>;
  readonly errors: ReadonlyArray<string>;
  /** Closes everyone in order. */
  close(): Promise<void>;
  /** Lets go of what it keeps of connections that have closed. */
  forget(): void;
}
