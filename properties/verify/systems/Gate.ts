/**
 * Stands between a flusher and the event loop: what the flusher schedules runs in a turn of the loop once the
 * gate is opened, and not before. So a turn that one connection needs is not one for its neighbours.
 */
export class Gate {
  #waiting: (() => void) | undefined;

  /** Makes something whose flusher takes this gate for `setImmediate`: it takes what has that name when it is made. */
  before<A>(make: () => A): A {
    const { setImmediate } = globalThis;
    globalThis.setImmediate = ((flush: () => void) => {
      this.#waiting = flush;
    }) as typeof setImmediate;
    try {
      return make();
    } finally {
      globalThis.setImmediate = setImmediate;
    }
  }

  /** What was scheduled runs in the next turn. */
  open(): void {
    if (this.#waiting === undefined) return;
    setImmediate(this.#waiting);
    this.#waiting = undefined;
  }
}
