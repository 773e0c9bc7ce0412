/** What this node has given its members of ordered channels: the position of the latest of each. */

interface Waiter {
  readonly position: number;
  readonly resolve: () => void;
}

export class Delivered {
  /** What the positions are of. */
  epoch: string | undefined;
  readonly #positions = new Map<string, number>();
  readonly #waiters = new Map<string, Array<Waiter>>();

  /** Positions are of another stream from now on. */
  begin(epoch: string): void {
    this.epoch = epoch;
    this.#positions.clear();
    for (const channel of this.#waiters.keys()) this.#wake(channel, Number.POSITIVE_INFINITY);
  }

  /** Undefined for a channel of which nothing is known yet. */
  of(channel: string): number | undefined {
    return this.#positions.get(channel);
  }

  set(channel: string, position: number): void {
    this.#positions.set(channel, position);
    this.#wake(channel, position);
  }

  /** It was not given after all. */
  restore(channel: string, position: number | undefined): void {
    if (position === undefined) this.#positions.delete(channel);
    else this.#positions.set(channel, position);
  }

  forget(isForgotten: (channel: string) => boolean): void {
    for (const channel of [...this.#positions.keys()]) {
      if (!isForgotten(channel)) continue;
      this.#positions.delete(channel);
      this.#wake(channel, Number.POSITIVE_INFINITY);
    }
  }

  /** Resolves when a channel has come to a position, or is another one; 0 is any. */
  reaches(channel: string, position: number): Promise<void> {
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(channel) ?? [];
      waiters.push({ position, resolve });
      this.#waiters.set(channel, waiters);
    });
  }

  #wake(channel: string, position: number): void {
    const waiters = this.#waiters.get(channel);
    if (waiters === undefined) return;
    const left = waiters.filter((waiter) => waiter.position > position);
    if (left.length === 0) this.#waiters.delete(channel);
    else this.#waiters.set(channel, left);
    // Not in the midst of a message that is being given.
    for (const waiter of waiters) if (waiter.position <= position) queueMicrotask(waiter.resolve);
  }
}
