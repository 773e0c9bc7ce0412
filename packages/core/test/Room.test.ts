/** A burst is no slowness: who comes when there is no room asks for some, before anything is lost. */
import { expect, test } from "vitest";
import { type ConfigurationOptions, configuration, imbalance, Outbox } from "../src/index.js";
import { fill, outcome, testOutbox } from "./TestOutbox.js";

/** An outbox whose transport takes one message each time that it is asked, so many times. */
function taking(times: number, options: ConfigurationOptions) {
  const taken: Array<string> = [];
  const told: Array<string> = [];
  let asked = 0;
  const outbox: Outbox<string> = new Outbox<string>({
    configuration: configuration({ maxMessages: 2, ...options }),
    sizeOf: (text) => Buffer.byteLength(text),
    now: () => 0,
    roomMaker: {
      makeRoom: () => {
        asked++;
        expect(imbalance(outbox.stats())).toEqual({ messages: 0, bytes: 0 });
        if (taken.length === times) return false;
        taken.push(outbox.take() as string);
        return true;
      },
    },
  });
  const offer = (message: string) => outcome(outbox.offer(message));
  const send = (message: string) =>
    outbox.send(message, (result) => void told.push(`${message}: ${outcome(result)}`));
  return { outbox, offer, send, taken, told, asked: () => asked };
}

test.each(["drop-oldest", "drop-newest", "drop-all", "disconnect", "block"] as const)(
  "R50 · %s: nothing is lost while the transport takes what it is given",
  (overflow) => {
    const { offer, taken, outbox } = taking(Number.POSITIVE_INFINITY, { overflow });
    for (const message of fill(10)) expect(offer(message)).toBe("Accepted");
    expect(taken).toEqual(fill(8));
    expect(outbox.stats().dropRate.lifetime).toBe(0);
  },
);

test("the strategy has its turn when the transport takes no more", () => {
  const { offer, taken } = taking(1, {});
  expect(fill(4).map(offer)).toEqual(["Accepted", "Accepted", "Accepted", "Accepted evicting 1"]);
  expect(taken).toEqual(["0"]);
});

test("as much is taken as one message needs", () => {
  const { offer, taken } = taking(Number.POSITIVE_INFINITY, { maxMessages: 10, maxBytes: 5 });
  for (const message of fill(5)) offer(message);
  expect(offer("four")).toBe("Accepted");
  expect(taken).toEqual(fill(4));
});

test("nobody is asked for what could never fit, or when there is room, or once it has closed", () => {
  const { offer, outbox, asked } = taking(1, { maxBytes: 3, overflow: "disconnect" });
  expect(fill(2).map(offer)).toEqual(["Accepted", "Accepted"]);
  expect(offer("four")).toBe("too-large");
  expect(asked()).toBe(0);
  while (outbox.isOpen) offer("x");
  const before = asked();
  expect(offer("y")).toBe("closed");
  expect(asked()).toBe(before);
});

test("a size that is none is refused before anybody is asked", () => {
  const { outbox, asked } = taking(1, {});
  for (const bytes of [Number.NaN, -1, 0.5]) {
    expect(() => outbox.offer("x", bytes)).toThrow(RangeError);
  }
  expect(asked()).toBe(0);
  expect(outbox.stats().offered.messages).toBe(0);
});

test("a sender that finds no room asks for some, too", () => {
  const { offer, send, told, taken } = taking(Number.POSITIVE_INFINITY, { overflow: "block" });
  fill(2).forEach(offer);
  expect(send("s")).toBeUndefined();
  expect([told, taken]).toEqual([["s: Accepted"], ["0"]]);
});

test("R4 · what waits is bounded in bytes, and its peak is kept", () => {
  const { offer, send, told, drain, outbox } = testOutbox({
    maxMessages: 2,
    maxBytes: 4,
    maxWaitingBytes: 5,
    overflow: "block",
  });
  offer(...fill(2));
  send("abc");
  send("def");
  send("gh");
  expect(told).toEqual(["def: waiters"]);
  expect(outbox.stats().waiting).toEqual({ messages: 2, bytes: 5 });
  drain();
  const { waiting, peakWaiting, rejected } = outbox.stats();
  expect(waiting).toEqual({ messages: 0, bytes: 0 });
  expect(peakWaiting).toEqual({ messages: 2, bytes: 5 });
  expect(rejected.waiters).toEqual({ messages: 1, bytes: 3 });
});

test("every message that fits in the outbox can wait for it, whatever the outbox holds", () => {
  expect(configuration().maxWaitingBytes).toBe(4_194_304);
  expect(configuration({ maxBytes: 2 ** 30 }).maxWaitingBytes).toBe(2 ** 30);
  expect(() => configuration({ maxBytes: 10, maxWaitingBytes: 9 })).toThrow(
    "maxWaitingBytes (9) must be at least maxBytes (10)",
  );
});
