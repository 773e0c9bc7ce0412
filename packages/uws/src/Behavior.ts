/** The behaviour of a route, looked at before it is wrapped. */
import type { WebSocketBehavior } from "uWebSockets.js";
import {
  aBoolean,
  aFunction,
  ConfigurationError,
  checkOptions,
  type Rule,
  withoutUndefined,
} from "@sluice/core";

/** The `open` handlers that wrapping has made, by which a copy of what was wrapped is known, too. */
const wrapped = new WeakSet<object>();

/** Remembers that a behaviour came of wrapping. */
export function markWrapped(behavior: { readonly open: object }): void {
  wrapped.add(behavior.open);
}

/**
 * The behaviour without what is `undefined`.
 *
 * @throws {ConfigurationError} when it is none, is wrapped already, or asks for what Sluice does itself.
 */
export function checkBehavior<UserData>(
  behavior: WebSocketBehavior<UserData>,
): WebSocketBehavior<UserData> {
  checkOptions(behavior, "a route's behaviour", rules);
  if (wrapped.has(behavior.open as object)) {
    const rule = "is wrapped already: give wrap the behaviour itself";
    throw new ConfigurationError({ problems: [{ field: "behavior", value: behavior, rule }] });
  }
  return withoutUndefined(behavior) as WebSocketBehavior<UserData>;
}

const maxUint32 = 2 ** 32 - 1;

const isWithin = (value: unknown, least: number, most: number) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

/** What each option must be; all that uWebSockets.js knows are here. */
const rules: Readonly<Record<keyof WebSocketBehavior<unknown>, Rule>> = {
  open: aFunction,
  message: aFunction,
  drain: aFunction,
  dropped: aFunction,
  close: aFunction,
  ping: aFunction,
  pong: aFunction,
  subscription: aFunction,
  upgrade: aFunction,
  sendPingsAutomatically: aBoolean,
  closeOnBackpressureLimit: [
    (value) => value === false,
    'must be false: use overflow "disconnect", which closes in order and with a reason',
  ],
  idleTimeout: [
    (value) => value === 0 || isWithin(value, 8, 960),
    "must be 0, for none, or a whole number of seconds from 8 to 960",
  ],
  maxLifetime: [
    (value) => isWithin(value, 0, 240),
    "must be 0, for none, or a whole number of minutes up to 240",
  ],
  maxPayloadLength: [
    (value) => isWithin(value, 0, maxUint32),
    `must be a whole number of bytes up to ${maxUint32}`,
  ],
  maxBackpressure: [
    (value) => isWithin(value, 0, maxUint32),
    `must be 0, for no limit, or a whole number of bytes up to ${maxUint32}`,
  ],
  compression: [(value) => isWithin(value, 0, maxUint32), "must be a compressor of uWebSockets.js"],
};
