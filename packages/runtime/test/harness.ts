/** A connection on a scripted transport, under a clock that a test moves. */
import { type ConfigurationOptions, imbalance } from "@sluice/core";
import { type ActorOptions, Connection, type ErrorListener } from "@sluice/runtime";
import { ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Effect, type Scope } from "effect";
import { TestClock } from "effect/testing";
import { expect } from "vitest";

/** One byte per character. */
export const sizeOf = (message: string): number => message.length;

export interface Rig {
  readonly connection: Connection<string>;
  readonly actor: Effect.Success<ReturnType<typeof Connection.make<string>>>["actor"];
  readonly transport: ScriptedTransport<string>;
  readonly flusher: ManualFlusher;
}

export const rig = Effect.fnUntraced(function* (
  options: {
    readonly configuration?: ConfigurationOptions;
    readonly room?: number;
    readonly maxBackpressure?: number;
    readonly isPinged?: boolean;
    readonly onError?: ErrorListener["onError"];
  } & Pick<ActorOptions<string>, "makesRoom" | "vigil"> = {},
): Effect.fn.Return<Rig, never, Scope.Scope> {
  const { configuration = {}, room, maxBackpressure, isPinged = false, onError, ...own } = options;
  const transport = new ScriptedTransport<string>({
    sizeOf,
    isPinged,
    ...(room !== undefined && { room }),
    ...(maxBackpressure !== undefined && { maxBackpressure }),
  });
  const flusher = new ManualFlusher();
  const made = yield* Connection.make<string>({
    transport,
    flusher,
    sizeOf,
    configuration,
    ...(onError && { errorListener: { onError } }),
    ...own,
  });
  return { ...made, transport, flusher };
});

/** Its client is asked what it has received, and answers. */
export function answer({ actor, transport }: Pick<Rig, "actor" | "transport">): void {
  actor.receipts.ask();
  answerTo(actor, transport.asked.at(-1) as string);
}

/** A pong comes. Answers whether it is nobody else's. */
export const answerTo = (actor: Rig["actor"], payload: string): boolean =>
  actor.pong(Buffer.from(payload));

/** A clock that waits for what it has woken, however long that takes on a machine that is busy. */
const patientClock = TestClock.layer({ warningDelay: "1 minute" });

/** Runs a test body under the test clock. */
export const run = <A>(body: Effect.Effect<A, unknown, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(body).pipe(Effect.provide(patientClock), Effect.orDie));

/** The laws that hold at every moment. */
export function expectSound({ connection, transport }: Rig): void {
  expect(imbalance(connection.stats())).toEqual({ messages: 0, bytes: 0 });
  expect(transport.violations).toEqual([]);
}
