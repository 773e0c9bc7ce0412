/**
 * The actor of a connection as a system under test: its Effect view, on a test clock, with a transport that
 * takes as many messages as it is told and a flusher that turns only then.
 *
 * A sender is a fiber, and one that is taken back is an interrupted fiber.
 */
import { type Accepted, type OfferResult, overflowStrategies, rejected } from "@sluice/core";
import { Connection, Flusher, type SendError } from "@sluice/runtime";
import { Effect, Exit, Option, Scope } from "effect";
import { capabilities, type MakeSystem, type Message, type Subject } from "../System.js";
import { CountedTransport } from "./CountedTransport.js";
import { StalledNeighbour } from "./StalledNeighbour.js";
import { testTime } from "./testTime.js";

const make: MakeSystem = async (configuration, observe) => {
  let isOver = false;
  const scope = Scope.makeUnsafe();
  const { clock, context } = await testTime(scope);
  const transport = new CountedTransport();
  const flusher = new Flusher({ quantum, schedule: () => queueMicrotask(turn) });
  const { connection, actor } = await Effect.runPromiseWith(context)(
    Connection.make<Message>({
      transport,
      flusher,
      sizeOf: ({ bytes }) => bytes,
      configuration,
      listener: {
        onStep: (event, from, to, mask) => {
          if (!isOver) observe({ event, from, to, mask });
        },
      },
    }).pipe(Scope.provide(scope)),
  );

  let neighbour: StalledNeighbour | undefined;
  let finalized = 0;
  let toldOfEnd = 0;
  const fork = Effect.runForkWith(context);
  fork(
    Scope.addFinalizer(
      connection.scope,
      Effect.sync(() => finalized++),
    ),
  );
  actor.ending.onClosed(() => toldOfEnd++);

  let turns = 0;
  const isStuck = () => turns > manyTurns;

  /** The flusher turns while the transport takes messages, and for a connection that ends. */
  function turn(): void {
    const mayTurn = () => transport.hasRoom || connection.state === "closed";
    while (flusher.size > 0 && mayTurn() && !isStuck()) flush();
    if (connection.state !== "closing" || connection.stats().buffered.messages > 0) return;
    // There is nothing left for which a drain would be told: the last byte goes by itself.
    if (transport.letGo()) actor.drained();
    while (flusher.size > 0 && !isStuck()) flush();
  }

  function flush(): void {
    turns++;
    flusher.flush();
  }

  /** Senders are told in a microtask of their own: after this one they have been. */
  async function told(): Promise<void> {
    await Promise.resolve();
    if (isStuck()) throw new Error("R22 · the flusher turns and turns, and nothing is written");
    turns = 0;
  }

  return {
    offer: (message) => connection.offer(message),
    send: (message, settle) => {
      const fiber = fork(connection.send(message));
      fiber.addObserver((exit) => settle(resultOf(exit)));
      return () => fiber.interruptUnsafe();
    },
    drain: async (count, deliver) => {
      transport.take(count, deliver);
      actor.drained();
      turn();
      transport.takeNoMore();
      await told();
    },
    drainSilently: (count) => {
      transport.take(count);
      turn();
      return told();
    },
    advance: async (millis) => {
      await Effect.runPromiseWith(context)(clock.adjust(millis));
      await told();
    },
    elapsedMillis: () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6,
    close: (how) => {
      if (how === "close") fork(connection.close());
      else if (how === "evict") connection.evict();
      else if (transport.disconnect()) actor.disconnected();
      turn();
      return told();
    },
    assess: () => void connection.assess(),
    stats: () => connection.stats(),
    troubleNeighbour: () => {
      neighbour ??= new StalledNeighbour(flusher, context);
      neighbour.offer();
    },
    misuse: () => transport.misuse,
    remains: () => [
      ...Array<string>(clock.sleepers).fill("a sleeping fiber"),
      ...Array<string>(flusher.size).fill("a place in the flusher's line"),
      ...(finalized === 1 ? [] : [`a finalizer that ran ${finalized} times`]),
      ...(toldOfEnd === 1 ? [] : [`a listener that was told of the end ${toldOfEnd} times`]),
    ],
    dispose: () => {
      // The scope closes its connection, which is no part of the trace.
      isOver = true;
      return Effect.runPromise(Scope.close(scope, Exit.void));
    },
  };
};

const withoutActor = ["clock", "callbacks", "snapshot"];

/** An actor on a transport, a flusher and a clock of its own. */
export const actor: Subject = {
  name: "the Effect actor",
  capabilities: capabilities.filter((capability) => !withoutActor.includes(capability)),
  strategies: overflowStrategies,
  make,
};

/** Small, so that a connection needs several turns, and the largest messages one each. */
const quantum = { bytes: 20, messages: 3 };

/** More than the messages of any trace need in one operation. */
const manyTurns = 1_000;

function resultOf(exit: Exit.Exit<Accepted, SendError>): OfferResult {
  if (Exit.isSuccess(exit)) return exit.value;
  if (Exit.hasInterrupts(exit)) return rejected.interrupted;
  return rejected[Option.getOrThrow(Exit.findErrorOption(exit)).reason];
}
