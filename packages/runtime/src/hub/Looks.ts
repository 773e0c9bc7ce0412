/**
 * Looks at everyone once a second, while anybody is there: asks who is behind or has long been silent, lets go who
 * does not answer, has who keeps up read with others, and has everyone's health looked at. Of many it looks at a few in
 * each turn of the event loop.
 */
import { Clock, Context, Effect, type Fiber } from "effect";
import { attempt } from "../actor/Attempt.js";
import type { SocketTransport } from "../adapter/SocketTransport.js";
import { assessEveryMillis } from "./assessing.js";
import type { ConnectionRegistry } from "./ConnectionRegistry.js";
import type { HubConnection } from "./HubOptions.js";
import { Idleness } from "./Idleness.js";
import type { Member } from "./Member.js";
import type { Population } from "./Population.js";
import type { Report } from "./Reports.js";

export class Looks<S extends object, P extends SocketTransport> {
  readonly #population: Population<S, P>;
  readonly #connections: ConnectionRegistry<HubConnection>;
  readonly #publisher: { invite(member: Member): void };
  readonly #context: Context.Context<never>;
  readonly #report: Report;
  readonly #idleness = new Idleness();
  readonly #again = Effect.sleep(assessEveryMillis).pipe(
    Effect.andThen(Effect.sync(() => this.#look())),
    Effect.forever,
  );
  #looking: Fiber.Fiber<never> | undefined;
  /** A look is under way: some are still to be looked at. */
  #isLooking = false;

  constructor(options: {
    readonly population: Population<S, P>;
    readonly connections: ConnectionRegistry<HubConnection>;
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
    // Of so many that a second is too short for them, the rest comes before the next look.
    if (this.#isLooking) return;
    const clock = Context.get(this.#context, Clock.Clock);
    this.#idleness.look(Number(clock.monotonicTimeNanosUnsafe()) / 1e6);
    this.#lookAt(this.#population.opened, 0);
  }

  /** Looks at a few, and at the others in later turns of the event loop: each may cost a write to its socket. */
  #lookAt(members: ReadonlyArray<Member<P>>, from: number): void {
    this.#isLooking = false;
    if (this.#looking === undefined) return;
    const few = members.slice(from, from + atATime);
    const failed = (error: unknown) => this.#report(error, undefined, "a look at it failed");
    attempt(() => {
      for (const member of few) this.#lookAtOne(member);
    }, failed);
    attempt(
      () =>
        this.#connections.assess(
          undefined,
          few.map(({ connection }) => connection),
        ),
      failed,
    );
    if (from + atATime >= members.length) return;
    this.#isLooking = true;
    setImmediate(() => this.#lookAt(members, from + atATime));
  }

  #lookAtOne(member: Member<P>): void {
    // It may have closed since, or a handler to the close of another has closed it.
    if (this.#population.get(member.socket as S) !== member) return;
    const { transport, awake, idleTimeoutMillis } = member;
    if (transport.hasHeard()) this.#idleness.heard(transport);
    transport.forgetPongs();
    awake?.reading?.look();
    const isOwed = awake !== undefined && (awake.receipts.isOwed || awake.isPressured);
    const verdict = this.#idleness.judge(transport, idleTimeoutMillis, isOwed);
    if (verdict === "ask") member.ask();
    else if (verdict === "close") transport.idle();
    else if (awake?.receipts.askInTime()) awake.pump.standInLine();
    if (verdict === "close") return;
    member.rest();
    this.#publisher.invite(member);
  }
}

/** How many are looked at in one turn of the event loop: a ping to each takes some 2 ms. */
const atATime = 50;
