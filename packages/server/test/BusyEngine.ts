/** An engine that works on each query until that is closed, and on as many at once as it is asked. */
import type { Batches } from "../src/query/Rows.js";

export class BusyEngine {
  /** The statements that it has been asked for rows of, in this order. */
  readonly asked: Array<string> = [];

  async stream(sql: string): Promise<Batches> {
    let close: () => void = () => {};
    const closed = new Promise<undefined>((resolve) => {
      close = () => resolve(undefined);
    });
    const next = () => {
      this.asked.push(sql);
      return closed;
    };
    return { columns: [], next, close: async () => close() };
  }
}
