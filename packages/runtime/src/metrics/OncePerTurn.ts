/** Something that is made when it is first asked for, and kept while the code that asks runs on: for one scrape. */
export class OncePerTurn<T extends object> {
  readonly #make: () => T;
  #made: T | undefined;

  constructor(make: () => T) {
    this.#make = make;
  }

  get(): T {
    return this.#made ?? this.put(this.#make());
  }

  /** Something that was made already is what is got, while the code that runs now runs on. */
  put(made: T): T {
    this.#made = made;
    queueMicrotask(() => {
      this.#made = undefined;
    });
    return made;
  }
}
