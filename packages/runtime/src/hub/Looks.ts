/**
 * Looks at everyone once a second, while anybody is there: asks who is behind or has long been silent, lets go who
 * does not answer, has who keeps up read with others, and has everyone's health looked at.
 */
import { Clock, Context, Effect, type Fiber } from "effect";
import { attempt } from "../actor/Attempt.js";
import type { SocketTransport } from "../adapter/SocketTransport.js";
import { assessEveryMillis } from "./assessing.js";
import { Idleness } from "./Idleness.js";
import type { Member } from "./Member.js";
import type { Population } from "./Population.js";
import type { Report } from "./Reports.js";

export class Looks<S extends object, P extends SocketTransport> {
  readonly #population: Population<S, P>;
  readonly #connections: { assess(): void };
  readonly #publisher: { invite(member: Member): void };
  readonly #context: Context.Context<never>;
  readonly #report: Report;
  readonly #idleness = new Idleness();
  readonly #again = Effect.sleep(assessEveryMillis).pipe(
    Effect.andThen(Effect.sync(() => this.#look())),
    Effect.forever,
  );
  #looking: Fiber.Fiber<never> | undefined;

  constructor(options: {
    readonly population: Population<S, P>;
    readonly connections: { assess(): void };
    readonly publisher: { invite(member: Member): void };
    readonly context: Context.Context<never>;
    readonly report: Report;
  }) {
    this.#population = options.population;
    this.#connections = options.connections;
    this.#publisher = options.publisher;
    this.#context = options.context;
    this.#report = options.report;
  }

  begin(): void {
    this.#looking ??= Effect.runForkWith(this.#context)(this.#again);
  }

  stop(): void {
    this.#looking?.interruptUnsafe();
    this.#looking = undefined;
  }

  /** A client has been heard of. */
  heard(transport: P): void {
    this.#idleness.heard(transport);
  }

  #look(): void {
    const failed = (error: unknown) => this.#report(error, undefined, "a look at it failed");
    attempt(() => this.#findSilent(), failed);
    attempt(() => this.#connections.assess(), failed);
  }

  #findSilent(): void {
    const clock = Context.get(this.#context, Clock.Clock);
    this.#idleness.look(Number(clock.monotonicTimeNanosUnsafe()) / 1e6);
    for (const member of this.#population.opened) {
      const { transport, awake, idleTimeoutMillis } = member;
      // A handler to the close of another may have closed it.
      if (this.#population.get(member.socket as S) === undefined) continue;
      if (transport.hasHeard()) this.#idleness.heard(transport);
      awake?.reading?.look();
      const isOwed = awake !== undefined && (awake.receipts.isOwed || awake.isPressured);
      const verdict = this.#idleness.judge(transport, idleTimeoutMillis, isOwed);
      if (verdict === "ask") member.ask();
      else if (verdict === "close") transport.idle();
      else if (awake?.receipts.askInTime()) awake.pump.standInLine();
      if (verdict === "close") continue;
      member.rest();
      this.#publisher.invite(member);
    }
  }
}
