/** Something that is made when it is first asked for, and kept while the code that asks runs on: for one scrape. */
export class OncePerTurn<T extends object> {
  readonly #make: () => T;
  #made: T | undefined;

  constructor(make: () => T) {
    this.#make = make;
  }

  get(): T {
    if (this.#made === undefined) {
      this.#made = this.#make();
      queueMicrotask(() => {
        this.#made = undefined;
      });
    }
    return this.#made;
  }
}
