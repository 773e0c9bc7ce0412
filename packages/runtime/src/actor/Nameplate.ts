/** What the owner of a connection says of it: a label for people to read, and data that the library does not look into. */
import { kindOf } from "@sluice/core";

/** A label and data, as they are given. */
export interface Identity {
  /** For people: a user's name, a room. Shown wherever the connection is. At most 200 characters. */
  readonly label?: string | undefined;
  /** Anything of the owner's. It is kept as it is, and shown by logs and by `console.log`. */
  readonly data?: unknown;
}

/**
 * A label and data, once they are known to be good. Most connections have neither, and share one.
 *
 * @throws {TypeError | RangeError} for a label that is none.
 */
export function nameplate({ label, data }: Identity): Identity {
  if (label === undefined && data === undefined) return blank;
  if (label !== undefined && typeof label !== "string") {
    throw new TypeError(`label must be a string, not ${kindOf(label)}`);
  }
  if (label !== undefined && label.length > maxLabelLength) {
    throw new RangeError(`label (${label.length} characters) must have at most ${maxLabelLength}`);
  }
  return { label, data };
}

const blank: Identity = Object.freeze({ label: undefined, data: undefined });

const maxLabelLength = 200;
