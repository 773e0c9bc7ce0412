/** How an object shows itself to `console.log`: the name that Node looks for, and what an error says there. */

/** The method that `console.log` and `util.inspect` call; the same symbol in every realm and runtime. */
export const speaks: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;

/** What `util.inspect` hands to that method, as far as it is needed. */
export type Inspect = (value: unknown, options?: object) => string;

/** An error as Node prints any other: its name, its message, and where it was made. */
export function spoken(error: Error): string {
  return error.stack ?? `${error.name}: ${error.message}`;
}
