/** A flusher whose turns a test takes by hand. */
import { Flusher, type Quantum } from "../actor/Flusher.js";

export class ManualFlusher extends Flusher {
  constructor(quantum?: Quantum) {
    super({ ...(quantum && { quantum }), schedule: () => {} });
  }

  /** Takes turns until nobody has anything to write. */
  settle(): void {
    while (this.size > 0) this.flush();
  }
}
