/** The wall clock of this process, stepped: `Date` is another time from now on. */

const original = Date;
let offsetMillis = 0;

export function stepClock(stepMillis: number): void {
  offsetMillis += stepMillis;
  if (globalThis.Date !== original) return;
  globalThis.Date = class extends original {
    constructor(...args: ReadonlyArray<never>) {
      if (args.length === 0) super(original.now() + offsetMillis);
      else super(...(args as readonly [never]));
    }
    static override now(): number {
      return original.now() + offsetMillis;
    }
  } as DateConstructor;
}
