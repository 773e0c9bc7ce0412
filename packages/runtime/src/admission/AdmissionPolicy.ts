/**
 * Who is let in, whatever library serves the sockets: with the right token, and not too many at once, from one address,
 * or in a second. It counts what an adapter tells it has come and gone.
 */
import { aFunction, ConfigurationError, checkOptions, type Rule, wholeNumber } from "@sluice/core";
import { Pace } from "./Pace.js";
import type { Refused } from "./Refusal.js";
import { isBearer, isToken, tokenDigest } from "./Token.js";

/** What is asked of visitors. What is left out is not. */
export interface AdmissionLimits {
  /** Connections at once, 0 to 10,000,000. More are refused with 503. */
  readonly maxConnections?: number | undefined;
  /**
   * Connections at once of one address, 0 to 10,000,000; of IPv6 that is a network of 64 bits. More are refused with
   * 429. Behind a proxy all clients have the proxy's address: leave it out there.
   */
  readonly maxPerAddress?: number | undefined;
  /** Upgrades in a second, 1 to 1,000,000; so many may also come at once. More are refused with 429. */
  readonly maxUpgradesPerSecond?: number | undefined;
  /**
   * What each request must have as `Authorization: Bearer …`, or it is refused with 401: printable ASCII without
   * spaces. It is compared in constant time. The pages of a browser cannot send it with a WebSocket.
   */
  readonly token?: string | undefined;
}

export class AdmissionPolicy {
  readonly #limits: AdmissionLimits;
  readonly #digest: Buffer | undefined;
  readonly #pace: Pace | undefined;
  readonly #byAddress = new Map<string, number>();
  /** Those who are in, and the address of each. */
  readonly #addresses = new Map<object, string>();
  /** Those of whom it is not settled. */
  #pending = 0;

  /** @throws {ConfigurationError} when an option is not valid. */
  constructor(options: AdmissionLimits & { readonly isExempt?: unknown }) {
    checkOptions(options, "Admission", rules);
    const { maxConnections, maxPerAddress, token, maxUpgradesPerSecond } = options;
    if (token !== undefined && !isToken(token)) throw badToken();
    this.#limits = { maxConnections, maxPerAddress };
    this.#digest = token === undefined ? undefined : tokenDigest(token);
    this.#pace = maxUpgradesPerSecond === undefined ? undefined : new Pace(maxUpgradesPerSecond);
  }

  /** How many are in. */
  get size(): number {
    return this.#addresses.size;
  }

  /** The token first: who has none learns of nothing else. The pace last: only who would be let in uses it up. */
  refusalOf(address: string, authorization: string): Refused | undefined {
    const { maxConnections = infinite, maxPerAddress = infinite } = this.#limits;
    if (this.#digest && !isBearer(authorization, this.#digest)) return "unauthorized";
    if (this.size + this.#pending >= maxConnections) return "too-many-connections";
    if ((this.#byAddress.get(address) ?? 0) >= maxPerAddress) return "too-many-of-address";
    return this.#pace?.passes() === false ? "too-many-upgrades" : undefined;
  }

  enter(socket: object, address: string): void {
    if (this.#addresses.has(socket)) return;
    this.#addresses.set(socket, address);
    this.#count(address, 1);
  }

  leave(socket: object): void {
    const address = this.#addresses.get(socket);
    this.#addresses.delete(socket);
    if (address !== undefined) this.#count(address, -1);
  }

  /** Keeps a place for a visitor of whom it is not settled yet. Returns how to give that up, once. */
  hold(address: string): () => void {
    let isHeld = true;
    this.#pending++;
    this.#count(address, 1);
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#pending--;
      this.#count(address, -1);
    };
  }

  #count(address: string, by: 1 | -1): void {
    const count = (this.#byAddress.get(address) ?? 0) + by;
    if (count === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, count);
  }
}

const infinite = Number.POSITIVE_INFINITY;

const aCount = wholeNumber(0, 10_000_000);

/** What the options of an adapter's `Admission` must be. */
const rules: Readonly<Record<keyof AdmissionLimits | "isExempt", Rule>> = {
  maxConnections: aCount,
  maxPerAddress: aCount,
  maxUpgradesPerSecond: wholeNumber(1, 1_000_000),
  // Looked at by itself: what is wrong with a secret is said without it.
  token: [() => true, "must be a token"],
  isExempt: aFunction,
};

function badToken(): ConfigurationError {
  const rule = "must be 1 to 1,024 printable characters of ASCII without spaces";
  return new ConfigurationError({ problems: [{ field: "token", value: "…", rule }] });
}
