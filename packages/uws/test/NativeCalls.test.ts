/** What is called on sockets and their app, and how often: a call into uWebSockets.js costs more than a message does. */
import type { TemplatedApp, WebSocket } from "uWebSockets.js";
import { Frame, Sluice } from "@sluice/uws";
import { type Context, Effect } from "effect";
import { TestClock } from "effect/testing";
import { expect, test } from "vitest";

const connections = 10;
const frame = Frame.text("x");

/** A server whose sockets and app do nothing but count what is called on them. */
function counting(context: Context.Context<never>) {
  const calls: Record<string, number> = {};
  const count = <A>(name: string, answer: A): A => {
    calls[name] = (calls[name] ?? 0) + 1;
    return answer;
  };
  const members = new Map<string, Set<object>>();
  const app = {
    publish: () => count("publish", true),
    numSubscribers: (topic: string) => members.get(topic)?.size ?? 0,
  } as unknown as TemplatedApp;
  const sluice = new Sluice({ app }, context);
  const { open, pong } = sluice.wrap();
  const sockets = Array.from({ length: connections }, () => {
    const socket = {
      send: () => count("send", 1),
      getBufferedAmount: () => count("getBufferedAmount", 0),
      cork: (write: () => void) => count("cork", write()),
      subscribe: (topic: string) =>
        void members.set(topic, (members.get(topic) ?? new Set()).add(socket)),
      unsubscribe: () => true,
      ping: (payload: string) => {
        queueMicrotask(() => pong?.(socket, Uint8Array.from(Buffer.from(payload)).buffer));
        return 1;
      },
    } as unknown as WebSocket<unknown>;
    return socket;
  });
  for (const socket of sockets) open?.(socket);
  const turn = async (messages: number) => {
    for (const name of Object.keys(calls)) delete calls[name];
    for (let left = messages; left > 0; left--) sluice.broadcast(frame);
    await new Promise((resolve) => setImmediate(resolve));
    return { ...calls };
  };
  return { turn, app };
}

/** Runs a test whose time stands still but for what it asks for: nobody is looked at in between. */
const timeless = (body: (told: ReturnType<typeof counting>) => Effect.Effect<void>) =>
  Effect.runPromise(
    Effect.gen(function* () {
      yield* body(counting(yield* Effect.context<never>()));
    }).pipe(Effect.provide(TestClock.layer())),
  );

test("a batch for an outbox is one corked write, and one look at its socket", () =>
  timeless(({ turn }) =>
    Effect.promise(async () => {
      await turn(1);
      expect(await turn(20)).toEqual({
        send: 20 * connections,
        cork: connections,
        getBufferedAmount: connections,
      });
    }),
  ));

test("what goes to those that keep up is one call a message, and one look at each of them", () =>
  timeless(({ turn, app }) =>
    Effect.gen(function* () {
      yield* Effect.promise(() => turn(1));
      while (app.numSubscribers("sluice") < connections) yield* TestClock.adjust(1_000);
      yield* Effect.promise(async () => {
        // Whoever has just come is looked at once more.
        await turn(1);
        expect(await turn(20)).toEqual({ publish: 20, getBufferedAmount: connections });
        expect(await turn(50)).toMatchObject({ send: 50 * connections, cork: connections });
      });
    }),
  ));
