/**
 * Who is let in before a socket costs anything: with the right token, and not too many at once, from one address, or
 * in a second.
 *
 * It goes around the behaviour of a route, looks at each request before it is upgraded, and counts the sockets from
 * `open` to `close`. Who is not let in is answered with a status and a structured error, and its socket is closed.
 */
import type { HttpRequest, WebSocketBehavior } from "uWebSockets.js";
import { aFunction, ConfigurationError, checkOptions, type Rule, wholeNumber } from "@sluice/core";
import { clientAddress } from "./ClientAddress.js";
import { justUpgrade } from "./Origin.js";
import { Pace } from "./Pace.js";
import { type Refused, refused } from "./Refused.js";
import { isBearer, isToken, tokenDigest } from "./Token.js";

/** What is asked of visitors. What is left out is not. */
export interface AdmissionOptions {
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
  /** Whose requests are let in whatever the others must do. Their connections are counted. */
  readonly isExempt?: ((request: HttpRequest) => boolean) | undefined;
}

/**
 * The same for all routes that it goes around: their connections count together.
 *
 * @example
 * ```ts
 * import { Admission, Sluice, sameOrigin } from "@sluice/uws";
 * import { App } from "uWebSockets.js";
 *
 * const sluice = new Sluice();
 * const admission = new Admission({ maxConnections: 10_000, maxPerAddress: 100 });
 * App().ws("/feed", sluice.wrap(admission.around({ upgrade: sameOrigin() })));
 * ```
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #digest: Buffer | undefined;
  readonly #pace: Pace | undefined;
  readonly #byAddress = new Map<string, number>();
  /** Counted sockets, and the address of each. */
  readonly #addresses = new Map<object, string>();
  /** Those whose `upgrade` has not settled. */
  #pending = 0;

  /** @throws {ConfigurationError} when an option is not valid. */
  constructor(options: AdmissionOptions = {}) {
    checkOptions(options, "Admission", rules);
    const { token, maxUpgradesPerSecond } = options;
    if (token !== undefined && !isToken(token)) throw badToken();
    this.#options = { ...options };
    this.#digest = token === undefined ? undefined : tokenDigest(token);
    this.#pace = maxUpgradesPerSecond === undefined ? undefined : new Pace(maxUpgradesPerSecond);
  }

  /** Connections that are counted now. */
  get size(): number {
    return this.#addresses.size;
  }

  /** Puts itself before `upgrade`, `open` and `close` of a behaviour that is not wrapped yet. */
  around<UserData>(behavior: WebSocketBehavior<UserData> = {}): WebSocketBehavior<UserData> {
    const { upgrade = justUpgrade, open, close } = behavior;
    return {
      ...behavior,
      upgrade: (response, request, context) => {
        const address = clientAddress(response);
        const refusal = this.#refusalOf(request, address);
        if (refusal !== undefined) return refused(response, refusal);
        return this.#pass(address, () => upgrade(response, request, context));
      },
      open: (socket) => {
        const address = clientAddress(socket);
        this.#addresses.set(socket, address);
        this.#count(address, 1);
        return open?.(socket);
      },
      close: (socket, code, message) => {
        const address = this.#addresses.get(socket);
        this.#addresses.delete(socket);
        if (address !== undefined) this.#count(address, -1);
        return close?.(socket, code, message);
      },
    };
  }

  /** The token first: who has none learns of nothing else. The pace last: only who would be let in uses it up. */
  #refusalOf(request: HttpRequest, address: string): Refused | undefined {
    const { maxConnections, maxPerAddress, isExempt } = this.#options;
    if (isExempt?.(request)) return undefined;
    if (this.#digest && !isBearer(request.getHeader("authorization"), this.#digest)) {
      return "unauthorized";
    }
    if (this.size + this.#pending >= (maxConnections ?? Number.POSITIVE_INFINITY)) {
      return "too-many-connections";
    }
    if ((this.#byAddress.get(address) ?? 0) >= (maxPerAddress ?? Number.POSITIVE_INFINITY)) {
      return "too-many-of-address";
    }
    return this.#pace?.passes() === false ? "too-many-upgrades" : undefined;
  }

  /** Counts a request while its `upgrade` waits for something, so that no more come in meanwhile than may. */
  #pass(address: string, upgrade: () => unknown): void | Promise<void> {
    const entered = (by: 1 | -1) => {
      this.#pending += by;
      this.#count(address, by);
    };
    entered(1);
    let outcome: unknown;
    try {
      outcome = upgrade();
    } finally {
      if (!(outcome instanceof Promise)) entered(-1);
    }
    if (outcome instanceof Promise) return outcome.finally(() => entered(-1));
  }

  #count(address: string, by: 1 | -1): void {
    const count = (this.#byAddress.get(address) ?? 0) + by;
    if (count === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, count);
  }
}

const aCount = wholeNumber(0, 10_000_000);

/** What `AdmissionOptions` must be. */
const rules: Readonly<Record<keyof AdmissionOptions, Rule>> = {
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
