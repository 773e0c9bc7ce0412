/**
 * Channels as subjects of NATS, under a prefix: `prices.eur` is `sluice.prices.eur`. A pattern is the fewest subjects that
 * have all of its channels. One with `**` before its end has more than that, and is filtered where it arrives.
 */
import { isWild } from "@sluice/runtime/adapter";

export class Subjects {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  of(channel: string): string {
    return `${this.#prefix}.${channel}`;
  }

  /** The channel of a subject; undefined for one that is not under the prefix. */
  channel(subject: string): string | undefined {
    const { length } = this.#prefix;
    const isOurs = subject.startsWith(this.#prefix) && subject[length] === ".";
    return isOurs ? subject.slice(length + 1) : undefined;
  }

  /** Of a name or a pattern. `**` may have no part at all, which `>` of NATS has not. */
  all(wanted: string): ReadonlyArray<string> {
    if (!isWild(wanted)) return [this.of(wanted)];
    const parts = wanted.split(".");
    const many = parts.indexOf("**");
    if (many < 0) return [this.of(wanted)];
    const before = [this.#prefix, ...parts.slice(0, many)];
    const under = [...before, ">"].join(".");
    const isLast = parts.slice(many).every((part) => part === "**");
    return isLast && many > 0 ? [before.join("."), under] : [under];
  }
}
