/** What is on its way to a client: R34, R35. Marks go out, answers come in whatever order a client, or a forger, likes. */
import { Flight } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** A flight, and the ledger that it looks at. */
function flying() {
  const handedOver = { deliveredMessages: 0, deliveredBytes: 0 };
  const flight = new Flight(handedOver);
  const deliver = (bytes: number) => {
    handedOver.deliveredMessages++;
    handedOver.deliveredBytes += bytes;
  };
  return { flight, handedOver, deliver };
}

describe("an answer", () => {
  test("acknowledges everything before its mark, and what came behind it stays in flight", () => {
    const { flight, deliver } = flying();
    deliver(10);
    deliver(20);
    flight.asked(5);
    deliver(3);
    expect(flight.received(1, 12)).toBe(7);
    expect(flight.acknowledged).toEqual({ messages: 2, bytes: 30 });
    expect(flight.inFlight).toEqual({ messages: 1, bytes: 3 });
    expect([flight.isEmpty, flight.isUnasked, flight.unaskedBytes]).toEqual([false, true, 3]);
  });

  test("to the latest mark is one to all before it", () => {
    const { flight, deliver } = flying();
    for (let at = 0; at < 5; at++) {
      deliver(1);
      flight.asked(at);
    }
    expect(flight.received(5, 10)).toBe(6);
    expect([flight.isEmpty, flight.isAwaited]).toEqual([true, false]);
  });

  test.each([
    ["it was never asked", 9],
    ["it will be asked next", 2],
    ["it answered before", 0],
    ["is none", Number.NaN],
    ["is beyond all numbers", Number.POSITIVE_INFINITY],
  ])("to a number that %s changes nothing", (_, number) => {
    const { flight, deliver } = flying();
    deliver(1);
    flight.asked(0);
    expect(flight.received(number, 1)).toBeUndefined();
    expect(flight.acknowledged).toEqual({ messages: 0, bytes: 0 });
    expect(flight.isAwaited).toBe(true);
  });

  test("counts once", () => {
    const { flight, deliver } = flying();
    deliver(1);
    flight.asked(0);
    expect(flight.received(1, 1)).toBe(1);
    expect(flight.received(1, 2)).toBeUndefined();
  });
});

describe("marks", () => {
  test("are few: one that comes when there are eight takes the place of the latest", () => {
    const { flight, deliver } = flying();
    for (let at = 0; at < 20; at++) {
      deliver(1);
      flight.asked(at);
    }
    expect(flight.received(12, 20)).toBeUndefined();
    expect(flight.received(7, 20)).toBe(14);
    expect(flight.acknowledged.messages).toBe(7);
    expect(flight.received(20, 20)).toBe(1);
    expect(flight.isEmpty).toBe(true);
  });

  test("that are awaited say how long: the oldest, and since anything was heard", () => {
    const { flight } = flying();
    expect([flight.askedForMillis(9), flight.silentMillis(9)]).toEqual([0, 0]);
    flight.asked(10);
    flight.asked(20);
    flight.asked(30);
    expect([flight.askedForMillis(50), flight.silentMillis(50)]).toEqual([40, 40]);
    flight.received(2, 60);
    expect([flight.askedForMillis(75), flight.silentMillis(75)]).toEqual([45, 15]);
    flight.received(3, 80);
    expect([flight.askedForMillis(90), flight.silentMillis(90)]).toEqual([0, 0]);
  });

  test("have numbers from 1", () => {
    const { flight } = flying();
    expect(flight.nextNumber).toBe(1);
    flight.asked(0);
    expect(flight.nextNumber).toBe(2);
  });
});

type Act =
  | { readonly do: "deliver" }
  | { readonly do: "ask" }
  | { readonly do: "answer"; readonly number: number };

const acts = fc.array(
  fc.oneof(
    fc.constant({ do: "deliver" as const }),
    fc.constant({ do: "ask" as const }),
    fc.record({ do: fc.constant("answer" as const), number: fc.integer({ min: -1, max: 30 }) }),
  ),
  { size: "max", maxLength: 60 },
);

test("R35 · whatever is answered, what is acknowledged never decreases, never exceeds what was handed over, and is what stood before a mark that was awaited", () => {
  let forged = 0;
  let acknowledged = 0;
  fc.assert(
    fc.property(acts, (played: ReadonlyArray<Act>) => {
      const { flight, handedOver, deliver } = flying();
      // The naive model: every mark ever asked, with what stood before it.
      let awaited: Array<readonly [number: number, messages: number]> = [];
      let model = 0;
      for (const [at, act] of played.entries()) {
        if (act.do === "deliver") deliver(at);
        else if (act.do === "ask") {
          if (awaited.length === 8) awaited.pop();
          awaited.push([flight.nextNumber, handedOver.deliveredMessages]);
          flight.asked(at);
        } else {
          const found = awaited.find(([number]) => number === act.number);
          expect(flight.received(act.number, at) !== undefined).toBe(found !== undefined);
          if (found === undefined) forged++;
          else {
            acknowledged++;
            model = found[1];
            awaited = awaited.filter(([number]) => number > act.number);
          }
        }
        expect(flight.acknowledged.messages).toBe(model);
        expect(flight.acknowledged.messages + flight.inFlight.messages).toBe(
          handedOver.deliveredMessages,
        );
        expect(flight.acknowledged.bytes + flight.inFlight.bytes).toBe(handedOver.deliveredBytes);
        expect(flight.isAwaited).toBe(awaited.length > 0);
      }
    }),
    { numRuns: 500 },
  );
  expect(forged).toBeGreaterThan(0);
  expect(acknowledged).toBeGreaterThan(0);
});
