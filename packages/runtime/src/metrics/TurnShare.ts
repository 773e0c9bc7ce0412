/**
 * The share of one turn of the event loop that a long work may take, in milliseconds. By time and not by count: whatever
 * one step costs on this machine at this moment, others do not wait for longer.
 */
import { setImmediate as nextTurn } from "node:timers/promises";

const shareMillis = 1;

export class TurnShare {
  #endMillis = 0;

  constructor() {
    this.begin();
  }

  /** Begins now, in a turn of its own. */
  begin(): void {
    this.#endMillis = performance.now() + shareMillis;
  }

  /** Whether the rest of the work is for a later turn. */
  get isOver(): boolean {
    return performance.now() >= this.#endMillis;
  }

  /** Resolves in a later turn, of which there is a share anew. */
  async turn(): Promise<void> {
    await nextTurn();
    this.begin();
  }
}
