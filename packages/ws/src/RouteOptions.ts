/** What is said of the sockets of one server: names and meanings are those of a behaviour of uWebSockets.js. */
import { aBoolean } from "@sluice/core";

export interface RouteOptions {
  /**
   * After how many seconds of silence a client is let go, as `ws` itself does not: 0, for none, or a whole number from
   * 8 to 960; 120 by default. It is asked before, and one that is known to be reading is given a minute more.
   */
  readonly idleTimeout?: number | undefined;
  /**
   * Whether pings of Sluice's own may find out what a client has read; true by default. Their pongs reach your `pong`
   * listeners too: they begin with `sluice `.
   */
  readonly sendPingsAutomatically?: boolean | undefined;
}

/** What `RouteOptions` must be. */
export const routeRules = {
  idleTimeout: [
    (value: unknown) => value === 0 || isWithin(value, 8, 960),
    "must be 0, for none, or a whole number of seconds from 8 to 960",
  ],
  sendPingsAutomatically: aBoolean,
} as const;

const isWithin = (value: unknown, least: number, most: number) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
