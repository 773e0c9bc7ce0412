/** Turns with the loop without a pause, and knows the longest time between two turns. */
export class Watch {
  #longest = 0;
  #last = 0;
  #timer: NodeJS.Immediate | undefined;

  start(): void {
    this.#longest = 0;
    this.#last = performance.now();
    this.#turn();
  }

  stop(): number {
    clearImmediate(this.#timer);
    return this.#longest;
  }

  #turn(): void {
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - this.#last);
    this.#last = now;
    this.#timer = setImmediate(() => this.#turn());
  }
}
