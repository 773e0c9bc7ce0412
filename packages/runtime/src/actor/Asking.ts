/** Asks a client what it has received, in one write with what was published and has not gone out. */
import type { Transport } from "../adapter/Transport.js";
import { inBatch } from "./Batch.js";

interface Asker {
  handedOver(): number;
}

/** One serves all. */
const asking = {
  receipts: undefined as Asker | undefined,
  writeBatch: (): unknown => asking.receipts?.handedOver(),
};

export function askInBatch(transport: Transport<never>, receipts: Asker): void {
  asking.receipts = receipts;
  inBatch(transport, asking, transport.traits.quantum);
}
