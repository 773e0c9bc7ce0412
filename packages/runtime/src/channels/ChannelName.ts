/** Names of channels, such as `prices.eur`, and patterns of them, such as `prices.*` and `events.**`. */
import { ChannelError } from "./ChannelError.js";

const mostCharacters = 200;
const name = /^[\p{L}\p{N}_:-]+(?:\.[\p{L}\p{N}_:-]+)*$/u;
const pattern = /^(?:[\p{L}\p{N}_:-]+|\*\*?)(?:\.(?:[\p{L}\p{N}_:-]+|\*\*?))*$/u;

/** @throws {ChannelError} for what is no name of a channel. */
export function checkName(channel: unknown): asserts channel is string {
  if (isName(channel)) return;
  throw new ChannelError({ reason: "bad-name", channel });
}

/** @throws {ChannelError} for what is neither the name of a channel nor a pattern of names. */
export function checkPattern(channel: unknown): asserts channel is string {
  if (isPattern(channel)) return;
  throw new ChannelError({ reason: "bad-pattern", channel });
}

/** Whether something is the name of a channel. */
export function isName(channel: unknown): channel is string {
  return typeof channel === "string" && channel.length <= mostCharacters && name.test(channel);
}

/** Whether something is the name of a channel or a pattern of names. */
export function isPattern(channel: unknown): channel is string {
  return typeof channel === "string" && channel.length <= mostCharacters && pattern.test(channel);
}

/** Whether a pattern stands for more than one name. */
export const isWild = (pattern: string): boolean => pattern.includes("*");

/** `*` is one part of a name, `**` any number of them, none included: so `events.**` has `events` too. */
export function matcher(pattern: string): (channel: string) => boolean {
  const wanted = pattern.split(".");
  return (channel) => matches(wanted, channel.split("."));
}

/**
 * In steps of no more than the parts of one times those of the other: a client may have chosen the pattern, and regular
 * expressions of globs can take it for ever. Only the latest `**` is ever given more parts, for it can have what those
 * before it could.
 */
function matches(wanted: ReadonlyArray<string>, parts: ReadonlyArray<string>): boolean {
  let at = 0;
  let afterMany = -1;
  let next = 0;
  for (let index = 0; index < parts.length; ) {
    if (wanted[at] === "**") {
      afterMany = ++at;
      next = index;
    } else if (wanted[at] === "*" || wanted[at] === parts[index]) {
      at++;
      index++;
    } else if (afterMany >= 0) {
      at = afterMany;
      index = ++next;
    } else return false;
  }
  return wanted.slice(at).every((part) => part === "**");
}
