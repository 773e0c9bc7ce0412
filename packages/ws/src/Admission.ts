/**
 * Who is let in before a WebSocket costs anything: with the right token, and not too many at once, from one address, or
 * in a second.
 *
 * It is the `verifyClient` of a server, and counts the socket of each request that passes until that has closed. Who is
 * not let in is answered with a status and a structured error, and its socket is closed.
 */
import type { IncomingMessage } from "node:http";
import { mustBeFunction } from "@sluice/core";
import { type AdmissionLimits, AdmissionPolicy, refusalFor } from "@sluice/runtime/adapter";
import type { VerifyClientCallbackAsync } from "ws";
import { clientAddress } from "./ClientAddress.js";

/** What is asked of visitors. What is left out is not. */
export interface AdmissionOptions extends AdmissionLimits {
  /** Whose requests are let in whatever the others must do. Their connections are counted. */
  readonly isExempt?: ((request: IncomingMessage) => boolean) | undefined;
}

/**
 * The same for all servers that have it: their connections count together.
 *
 * @example
 * ```ts
 * import { Admission, Sluice, sameOrigin } from "@sluice/ws";
 * import { WebSocketServer } from "ws";
 *
 * const admission = new Admission({ maxConnections: 10_000, maxPerAddress: 100 });
 * const verifyClient = admission.around(sameOrigin());
 * const server = new Sluice().wrap(new WebSocketServer({ port: 9001, verifyClient }));
 * server.close();
 * ```
 */
export class Admission {
  readonly #policy: AdmissionPolicy;
  readonly #isExempt: (request: IncomingMessage) => boolean;

  /** @throws {ConfigurationError} when an option is not valid. */
  constructor(options: AdmissionOptions = {}) {
    this.#policy = new AdmissionPolicy(options);
    this.#isExempt = options.isExempt ?? (() => false);
  }

  /** Connections that are counted now, and requests whose `verifyClient` has not answered. */
  get size(): number {
    return this.#policy.size;
  }

  /**
   * A `verifyClient` that puts itself before another: that of a server, with a port or with `noServer`. Of one that throws,
   * or whose promise rejects, the visitor is refused with 500, and the error goes where it would have gone.
   *
   * @throws {TypeError} for what is no function.
   */
  around(verify: VerifyClientCallbackAsync = justPass): VerifyClientCallbackAsync {
    mustBeFunction(verify, "verify");
    return (about, pass) => {
      const { socket, headers } = about.req;
      const address = clientAddress(about.req);
      const code = this.#isExempt(about.req)
        ? undefined
        : this.#policy.refusalOf(address, headers.authorization ?? "");
      if (code !== undefined) {
        const { status, headers, body } = refusalFor(code);
        return pass(false, status, body, headers);
      }
      this.#enter(socket, address);
      let isAnswered = false;
      const answer: typeof pass = (isIn, ...how) => {
        if (isAnswered) return;
        isAnswered = true;
        if (!isIn) this.#policy.leave(socket);
        pass(isIn, ...how);
      };
      try {
        // What it returns is not in its type: one that is `async` returns a promise.
        const outcome: unknown = verify(about, answer);
        if (isThenable(outcome)) return refusing(outcome, () => answer(false, 500));
      } catch (error) {
        answer(false, 500);
        throw error;
      }
    };
  }

  /** From now on until the socket has closed: one that has closed by now says so no more. */
  #enter(socket: IncomingMessage["socket"], address: string): void {
    if (socket.destroyed) return;
    this.#policy.enter(socket, address);
    socket.once("close", () => this.#policy.leave(socket));
  }
}

const justPass: VerifyClientCallbackAsync = (_, pass) => pass(true);

/** The same promise, but for what is done when it rejects. */
function refusing(outcome: PromiseLike<unknown>, refuse: () => void): never {
  return outcome.then(undefined, (error: unknown) => {
    refuse();
    throw error;
  }) as never;
}

function isThenable(outcome: unknown): outcome is PromiseLike<unknown> {
  return typeof (outcome as PromiseLike<unknown> | undefined)?.then === "function";
}
