/**
 * What others are to be told, once whoever tells it is whole again: then they may call back into it.
 */
export class Announcements {
  #line: Array<() => void> | undefined;
  #isAnnouncing = false;

  /** Whether there is nothing to tell. */
  get isEmpty(): boolean {
    return this.#line === undefined;
  }

  /** Puts something in line to be told. */
  add(tell: () => void): void {
    this.#line ??= [];
    this.#line.push(tell);
  }

  /**
   * Tells everything in the order in which it was added; what comes of that is told after it. One that throws
   * keeps nobody else from being told, and the first error comes out of the call that began.
   */
  announce(): void {
    if (this.#line === undefined || this.#isAnnouncing) return;
    this.#isAnnouncing = true;
    const thrown: Array<unknown> = [];
    for (let tell = this.#line.shift(); tell !== undefined; tell = this.#line.shift()) {
      try {
        tell();
      } catch (error) {
        thrown.push(error);
      }
    }
    this.#isAnnouncing = false;
    this.#line = undefined;
    if (thrown.length > 0) throw thrown[0];
  }
}
