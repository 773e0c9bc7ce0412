/** Where what goes wrong inside a server is told: to whoever wants to hear of it, or else to the log. */
import { type Context, Effect } from "effect";
import { attempt } from "../actor/Attempt.js";
import { type Accused, blameFor } from "./Blame.js";
import type { HubConnection } from "./HubOptions.js";

/** Tells of something that went wrong, with `what` in words, and whose connection it was if it was anybody's. */
export type Report = (error: unknown, connection: HubConnection | undefined, what: string) => void;

export class Reports {
  readonly #onError: Report | undefined;
  readonly #context: Context.Context<never>;
  /** What has been told already, and a handler may throw once more. */
  readonly #heard = new WeakSet<object>();

  constructor(onError: Report | undefined, context: Context.Context<never>) {
    this.#onError = onError;
    this.#context = context;
  }

  readonly tell: Report = (error, connection, what) => {
    const onError = this.#onError;
    if (onError === undefined) this.#log(error, connection, what);
    else
      attempt(
        () => onError(error, connection, what),
        (another) => this.#log(another, connection, "onError failed"),
      );
  };

  /** The same of something that whoever was calling may be thrown as well: it is not told again. */
  readonly tellOnce: Report = (error, connection, what) => {
    if (typeof error === "object" && error !== null) this.#heard.add(error);
    this.tell(error, connection, what);
  };

  /** A handler threw: its connection is closed, unless its client has gone, and whoever is to blame hears of it. */
  handlerFailed(
    error: unknown,
    connection: HubConnection,
    isGone: boolean,
    isLateUse: Accused["isLateUse"],
  ): void {
    const blame = blameFor(error, { connection: connection.id, isGone, isLateUse });
    if (blame === "gone client") return;
    if (blame === "slow client") {
      connection.evict();
      return;
    }
    connection.evict({ code: 1011, reason: "internal error" });
    if (!this.#heard.has(error as object)) this.tell(error, connection, "a handler failed");
  }

  #log(error: unknown, connection: HubConnection | undefined, what: string): void {
    const who = connection === undefined ? "a socket" : `connection ${connection.id}`;
    Effect.runForkWith(this.#context)(Effect.logError(`${who}: ${what}`, error));
  }
}
