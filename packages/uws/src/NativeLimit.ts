/**
 * What uWebSockets.js may hold for a socket before it refuses: never less than what it can be given. Over it, pongs
 * and the close frame are refused as well, and an accepted message would be cut.
 */
import { type Configuration, ConfigurationError } from "@sluice/core";

/** Room for control frames behind the largest message, in bytes: a close frame, and the 32 KiB of pongs that there may be. */
const controlBytes = 64 * 1024;

/** The largest `maxBytes` of a configuration made for a socket, in bytes, unless `maxBackpressure` allows more. */
const largestByFunction = 16 * 1024 * 1024;

/** What uWebSockets.js can count up to. */
const maxUint32 = 2 ** 32 - 1;

/** `given`, or more, for outboxes of so many bytes; those made for a socket have no fixed size. 0 is no limit. */
export function nativeLimit(given: number | undefined, maxBytes: number | undefined): number {
  if (given === 0) return 0;
  const least = (maxBytes ?? largestByFunction) + controlBytes;
  return least > maxUint32 ? 0 : Math.max(given ?? 0, least);
}

/** A configuration made for a socket comes when the native limit is set already. */
export function refuseLarger({ maxBytes }: Configuration, maxBackpressure: number): void {
  if (maxBackpressure === 0 || maxBytes + controlBytes <= maxBackpressure) return;
  const rule = `must be at most ${maxBackpressure - controlBytes}: or raise maxBackpressure of the route's behaviour`;
  throw new ConfigurationError({ problems: [{ field: "maxBytes", value: maxBytes, rule }] });
}
