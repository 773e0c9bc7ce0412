/** Several messages as one write of a transport. Transports call back at once, so one function serves all of them. */
import type { Transport } from "../adapter/Transport.js";
import { defaultQuantum, type Quantum } from "./Flusher.js";

/** Whoever writes. */
export interface Writer {
  writeBatch(quantum: Quantum): void;
}

let writer: Writer | undefined;
let allowed = defaultQuantum;
let defect: { readonly error: unknown } | undefined;

/** Nothing may be thrown through a transport's batch. */
const write = () => {
  try {
    writer?.writeBatch(allowed);
  } catch (error) {
    defect = { error };
  }
};

/** Runs `writeBatch` inside a batch of the transport, which may come about inside that of another; throws what it throws. */
export function inBatch(
  transport: Pick<Transport<never>, "batch">,
  next: Writer,
  quantum: Quantum,
): void {
  const outer = writer;
  writer = next;
  allowed = quantum;
  defect = undefined;
  try {
    transport.batch(write);
  } finally {
    writer = outer;
  }
  if (defect !== undefined) throw (defect as { readonly error: unknown }).error;
}
