/**
 * The clients of the demonstration, known by a secret that only they are told. They are there to be slow, so the
 * server never closes them for it; anybody else who calls itself by their names is closed as ever.
 */
import type { HttpRequest } from "uWebSockets.js";
import { randomUUID, timingSafeEqual } from "node:crypto";
import { type Configuration, type ConfigurationOptions, configuration } from "@sluice/core";
import { guestHeader } from "./clients/GuestHeader.js";

/** What is never over for a guest: a day, which is the longest that can be waited for. */
const longMillis = 86_400_000;

export class Guests {
  readonly secret: string;

  constructor(secret: string = randomUUID()) {
    this.secret = secret;
  }

  isGuest(request: HttpRequest): boolean {
    const shown = Buffer.from(request.getHeader(guestHeader));
    const secret = Buffer.from(this.secret);
    return shown.length === secret.length && timingSafeEqual(shown, secret);
  }
}

/** The same limits without those deadlines that close a client for being slow; what it costs stays bounded. */
export function patient(options: ConfigurationOptions): Configuration {
  return configuration({
    ...options,
    evictTimeoutMillis: null,
    evictDropRate: null,
    evictAgeMillis: null,
    blockTimeoutMillis: longMillis,
  });
}
