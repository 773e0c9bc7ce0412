/** What is kept for others for as long as they ask for it: it is stopped when nobody has for a while. */

const leaseMillis = 15_000;

interface Lease<T> {
  readonly value: T;
  readonly timer: NodeJS.Timeout;
}

export class Leases<T extends { stop(): void }> {
  readonly #leases = new Map<string, Lease<T>>();

  /** What is kept under a key, made where there is none. */
  get(key: string, make: () => T | undefined): T | undefined {
    const lease = this.#leases.get(key);
    if (lease !== undefined) {
      lease.timer.refresh();
      return lease.value;
    }
    const value = make();
    if (value === undefined) return undefined;
    const timer = setTimeout(() => this.#end(key), leaseMillis).unref();
    this.#leases.set(key, { value, timer });
    return value;
  }

  stop(): void {
    for (const key of [...this.#leases.keys()]) this.#end(key);
  }

  #end(key: string): void {
    const lease = this.#leases.get(key);
    this.#leases.delete(key);
    clearTimeout(lease?.timer);
    lease?.value.stop();
  }
}
