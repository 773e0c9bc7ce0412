/** R26: connections that share a flusher. */
import { type ConfigurationOptions, overflowStrategies } from "@sluice/core";
import { Actor, type Flushable } from "@sluice/runtime";
import { ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import fc from "fast-check";
import { expect, test } from "vitest";

type Quantum = NonNullable<ConstructorParameters<typeof ManualFlusher>[0]>;

interface Peer {
  readonly actor: Actor<string>;
  readonly transport: ScriptedTransport<string>;
}

function connect(
  flusher: ManualFlusher,
  configuration: ConfigurationOptions,
  room = Number.POSITIVE_INFINITY,
): Peer {
  const sizeOf = (message: string) => message.length;
  const transport = new ScriptedTransport<string>({ sizeOf, room });
  return { actor: new Actor({ transport, flusher, sizeOf, configuration }), transport };
}

const quanta: fc.Arbitrary<Quantum> = fc.record({
  bytes: fc.integer({ min: 16, max: 200 }),
  messages: fc.integer({ min: 1, max: 5 }),
});

const sizes = fc.oneof(fc.nat(12), fc.integer({ min: 0, max: 300 }));

/** What is done to connection `to`, counted round and round; the stalled one is not among them. */
type Act =
  | { readonly do: "offer" | "send"; readonly to: number; readonly bytes: number }
  | { readonly do: "read"; readonly to: number; readonly bytes: number }
  | { readonly do: "stalled offer"; readonly bytes: number }
  | { readonly do: "flush" };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("offer" as const, "send" as const),
      to: fc.nat(),
      bytes: sizes,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("read" as const),
      to: fc.nat(),
      bytes: fc.integer({ min: 1, max: 400 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("stalled offer" as const), bytes: sizes }),
  },
  { weight: 3, arbitrary: fc.constant<Act>({ do: "flush" }) },
);

test("R26 · a stalled connection changes nothing in what others receive, and when", () => {
  let stalls = 0;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(...overflowStrategies.filter((strategy) => strategy !== "disconnect")),
      quanta,
      fc.integer({ min: 0, max: 300 }),
      fc.array(act, { minLength: 10, maxLength: 80, size: "max" }),
      (others, overflow, quantum, room, acts) => {
        const configuration = {
          overflow,
          maxMessages: 6,
          maxDelayMillis: 0,
          pauseDurationMillis: 0,
        };
        const playBeside = (stalledRoom: number | undefined) => {
          const flusher = new ManualFlusher(quantum);
          // In line before everyone else, if at all.
          const stalled =
            stalledRoom === undefined
              ? undefined
              : connect(flusher, { ...configuration, maxMessages: 1_000 }, stalledRoom);
          const peers = Array.from({ length: others }, () => connect(flusher, configuration, room));
          const received: Array<ReadonlyArray<number>> = [];
          let number = 0;
          for (const step of acts) {
            if (step.do === "stalled offer") stalled?.actor.offer("x".repeat(step.bytes));
            else if (step.do === "flush") flusher.flush();
            else {
              const { actor, transport } = peers[step.to % others] as Peer;
              const message = `${number++}:`.padEnd(step.bytes, ".");
              if (step.do === "offer") actor.offer(message);
              else if (step.do === "send") actor.send(message, () => {});
              else {
                transport.drain(step.bytes);
                actor.drained();
              }
            }
            received.push(peers.map(({ transport }) => transport.accepted.length));
          }
          if (stalled?.actor.isPressured) stalls++;
          return { received, messages: peers.map(({ transport }) => transport.accepted) };
        };
        const alone = playBeside(undefined);
        expect(playBeside(0)).toEqual(alone);
      },
    ),
    { numRuns: 300 },
  );
  expect(stalls).toBeGreaterThan(100);
});

/** Notes whose turn it is. */
class WatchedFlusher extends ManualFlusher {
  readonly turns: Array<Flushable> = [];
  readonly #watched = new Map<Flushable, Flushable>();

  override mark(connection: Flushable): void {
    const watched = this.#watched.get(connection) ?? {
      flush: (quantum) => {
        this.turns.push(connection);
        return connection.flush(quantum);
      },
    };
    this.#watched.set(connection, watched);
    super.mark(watched);
  }
}

test("R26 · k ready connections each make progress within k turns of the shared flush", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      quanta,
      fc.array(fc.array(sizes, { minLength: 1, maxLength: 30, size: "max" }), {
        minLength: 12,
        maxLength: 12,
        size: "max",
      }),
      (k, quantum, messages) => {
        const flusher = new WatchedFlusher(quantum);
        const peers = messages.slice(0, k).map((mine) => {
          const peer = connect(flusher, { maxBytes: 100_000 });
          for (const bytes of mine) peer.actor.offer("x".repeat(bytes));
          return { ...peer, expected: mine.length };
        });
        const isReady = ({ transport, expected }: (typeof peers)[number]) =>
          transport.accepted.length < expected;
        const progress = () => peers.map(({ transport }) => transport.accepted.length);
        while (peers.some(isReady)) {
          const before = progress();
          const ready = peers.map(isReady);
          const from = flusher.turns.length;
          flusher.flush();
          progress().forEach((now, index) => {
            if (ready[index]) expect(now).toBeGreaterThan(before[index] as number);
          });
          expect(flusher.turns.length, "it turns to somebody").toBeGreaterThan(from);
        }
        // While all are ready, any k turns are one for each.
        const least = Math.min(
          ...peers.map(({ actor }) => flusher.turns.filter((turn) => turn === actor.pump).length),
        );
        for (let start = 0; start + k <= least * k; start++) {
          expect(new Set(flusher.turns.slice(start, start + k)).size).toBe(k);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test("R26 · a message of any size about a quantum's makes progress, with others behind it", () => {
  const quantum = { bytes: 64, messages: 8 };
  for (let bytes = 0; bytes <= 2 * quantum.bytes; bytes++) {
    const flusher = new ManualFlusher(quantum);
    const { actor, transport } = connect(flusher, {});
    for (const size of [bytes, 0, bytes]) actor.offer("x".repeat(size));
    flusher.flush();
    expect(transport.accepted, `${bytes} bytes`).toHaveLength(3);
  }
});
