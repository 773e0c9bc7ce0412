/** The double keeps the books of a socket, and notes what a socket would not forgive. */
import { SendStatus } from "@sluice/runtime";
import { ScriptedTransport } from "@sluice/runtime/testing";
import { describe, expect, test } from "vitest";

const sizeOf = (message: string) => message.length;

describe("a scripted transport", () => {
  test("takes all without limit unless it is given one", () => {
    const transport = new ScriptedTransport({ sizeOf });
    for (let index = 0; index < 3; index++) expect(transport.send("abc")).toBe(SendStatus.sent);
    expect(transport.bufferedBytes()).toBe(0);
    expect(transport.accepted).toEqual(["abc", "abc", "abc"]);
    expect(transport.violations).toEqual([]);
  });

  test("holds what its kernel has no room for, byte by byte, until it is drained", () => {
    const transport = new ScriptedTransport({ sizeOf, room: 4 });
    expect(transport.send("abc")).toBe(SendStatus.sent);
    expect(transport.send("defg")).toBe(SendStatus.pressure);
    expect(transport.bufferedBytes()).toBe(3);
    transport.drain(2);
    expect(transport.bufferedBytes()).toBe(1);
    transport.drain(2);
    expect(transport.bufferedBytes()).toBe(0);
    // One byte was for the buffer, the other one is room.
    expect(transport.send("h")).toBe(SendStatus.sent);
    expect(transport.send("i")).toBe(SendStatus.pressure);
    transport.drain();
    expect(transport.send("jklmnop")).toBe(SendStatus.sent);
  });

  test("refuses beyond its limit, and not at it; and notes that it was sent to under pressure", () => {
    const transport = new ScriptedTransport({ sizeOf, room: 0, maxBackpressure: 2 });
    expect(transport.send("ab")).toBe(SendStatus.pressure);
    expect(transport.violations).toEqual([]);
    expect(transport.send("c")).toBe(SendStatus.pressure);
    expect(transport.send("d")).toBe(SendStatus.refused);
    expect(transport.accepted).toEqual(["ab", "c"]);
    expect(transport.bufferedBytes()).toBe(3);
    expect(transport.violations).toEqual(["send under pressure", "send under pressure"]);
  });

  test("without a limit refuses nothing", () => {
    const transport = new ScriptedTransport({ sizeOf, room: 0 });
    transport.send("ab");
    expect(transport.send("c")).toBe(SendStatus.pressure);
  });

  test("notes a batch, an end or a termination inside of a batch, and no other", () => {
    for (const inside of ["batch", "end", "terminate"] as const) {
      const transport = new ScriptedTransport({ sizeOf });
      transport.batch(() => {});
      transport.batch(() => {
        if (inside === "batch") transport.batch(() => {});
        if (inside === "end") transport.end(1000, "");
        if (inside === "terminate") transport.terminate();
      });
      expect(transport.violations).toEqual([`${inside} inside a batch`]);
    }
    const orderly = new ScriptedTransport({ sizeOf });
    orderly.batch(() => void orderly.send("x"));
    orderly.end(1000, "");
    expect(orderly.violations).toEqual([]);
  });

  test.each([
    [
      "ended",
      (one: ScriptedTransport<string>) => one.end(1001, "bye"),
      { code: 1001, reason: "bye" },
    ],
    ["terminated", (one: ScriptedTransport<string>) => one.terminate(), "terminated"],
    ["disconnected", (one: ScriptedTransport<string>) => one.disconnect(), undefined],
  ] as const)(
    "once %s throws at every call, as a closed socket does, and notes it",
    (_, shut, how) => {
      const transport = new ScriptedTransport({ sizeOf });
      expect(transport.isClosed).toBe(false);
      shut(transport);
      expect([transport.isClosed, transport.ending]).toEqual([true, how]);
      const calls = {
        send: () => transport.send("x"),
        bufferedBytes: () => transport.bufferedBytes(),
        batch: () => transport.batch(() => {}),
        end: () => transport.end(1000, ""),
        terminate: () => transport.terminate(),
      };
      for (const call of Object.values(calls)) {
        expect(call).toThrow("Invalid access of closed transport");
      }
      expect(transport.violations).toEqual(Object.keys(calls).map((call) => `${call} after close`));
    },
  );
});
