/**
 * Who is let in before a socket costs anything: with the right token, and not too many at once, from one address, or
 * in a second.
 *
 * It goes around the behaviour of a route, looks at each request before it is upgraded, and counts the sockets from
 * `open` to `close`. Who is not let in is answered with a status and a structured error, and its socket is closed.
 */
import type { HttpRequest, WebSocketBehavior } from "uWebSockets.js";
import { type AdmissionLimits, AdmissionPolicy } from "@sluice/runtime/adapter";
import { clientAddress } from "./ClientAddress.js";
import { justUpgrade } from "./Origin.js";
import { refused } from "./Refused.js";
import { holding } from "./Visit.js";

/** What is asked of visitors. What is left out is not. */
export interface AdmissionOptions extends AdmissionLimits {
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
  readonly #policy: AdmissionPolicy;
  readonly #isExempt: (request: HttpRequest) => boolean;

  /** @throws {ConfigurationError} when an option is not valid. */
  constructor(options: AdmissionOptions = {}) {
    this.#policy = new AdmissionPolicy(options);
    this.#isExempt = options.isExempt ?? (() => false);
  }

  /** Connections that are counted now. */
  get size(): number {
    return this.#policy.size;
  }

  /** Puts itself before `upgrade`, `open` and `close` of a behaviour that is not wrapped yet. */
  around<UserData>(behavior: WebSocketBehavior<UserData> = {}): WebSocketBehavior<UserData> {
    const { upgrade = justUpgrade, open, close } = behavior;
    return {
      ...behavior,
      upgrade: (response, request, context) => {
        const address = clientAddress(response);
        const refusal = this.#isExempt(request)
          ? undefined
          : this.#policy.refusalOf(address, request.getHeader("authorization"));
        if (refusal !== undefined) return refused(response, refusal);
        holding(response, this.#policy.hold(address));
        return upgrade(response, request, context);
      },
      open: (socket) => {
        this.#policy.enter(socket, clientAddress(socket));
        return open?.(socket);
      },
      close: (socket, code, message) => {
        this.#policy.leave(socket);
        return close?.(socket, code, message);
      },
    };
  }
}
