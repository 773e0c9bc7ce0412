/** What the owner of a connection says of it: a label for people to read, and data that the library does not look into. */
import { kindOf } from "@sluice/core";

/** A label and data, as they are given. */
export interface Identity {
  /** For people: a user's name, a room. Shown wherever the connection is. At most 200 characters. */
  readonly label?: string | undefined;
  /** Anything of the owner's. It is kept as it is, and shown by logs and by `console.log`. */
  readonly data?: unknown;
}

export class Nameplate {
  data: unknown;
  #label: string | undefined;

  /** @throws {TypeError | RangeError} for a label that is none. */
  constructor({ label, data }: Identity) {
    this.label = label;
    this.data = data;
  }

  get label(): string | undefined {
    return this.#label;
  }

  /** @throws {TypeError | RangeError} for a label that is none. */
  set label(label: string | undefined) {
    if (label !== undefined && typeof label !== "string") {
      throw new TypeError(`label must be a string, not ${kindOf(label)}`);
    }
    if (label !== undefined && label.length > maxLabelLength) {
      throw new RangeError(
        `label (${label.length} characters) must have at most ${maxLabelLength}`,
      );
    }
    this.#label = label;
  }
}

const maxLabelLength = 200;
