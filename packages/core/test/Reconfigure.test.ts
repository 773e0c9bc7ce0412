/** Limits that change: nothing is lost by that, and what comes afterwards keeps to the new ones. */
import { configuration } from "@sluice/core";
import { Event } from "@sluice/machines";
import { describe, expect, test } from "vitest";
import { fill, testOutbox } from "./TestOutbox.js";

describe("an outbox whose limits change", () => {
  test("keeps what it holds above them, and takes no more until it is within them", () => {
    const { outbox, offer, drain, audit } = testOutbox({
      maxMessages: 10,
      overflow: "drop-newest",
    });
    offer(...fill(8));
    outbox.reconfigure(configuration({ maxMessages: 4, overflow: "drop-newest" }));
    expect([outbox.length, outbox.state, outbox.fill]).toEqual([8, "paused", 1]);
    expect(offer("x")).toEqual(["full"]);
    expect(drain(5)).toEqual(["0", "1", "2", "3", "4"]);
    expect(offer("x")).toEqual(["Accepted"]);
    audit();
  });

  test("is in the state that its fill has by them", () => {
    const { outbox, offer } = testOutbox({ maxMessages: 100 });
    offer(...fill(20));
    const states = [20, 25, 100].map((maxMessages) => {
      outbox.reconfigure(configuration({ maxMessages }));
      return outbox.state;
    });
    expect(states).toEqual(["paused", "throttled", "normal"]);
  });

  test("lets in who waits for room, when there is some", () => {
    const { outbox, offer, send, told } = testOutbox({ maxMessages: 2, overflow: "block" });
    offer("a", "b");
    send("c");
    expect(told).toEqual([]);
    outbox.reconfigure(configuration({ maxMessages: 20, overflow: "block" }));
    expect(told).toEqual(["c: Accepted"]);
  });

  test("answers who waits for room by its new strategy", () => {
    const { outbox, offer, send, told } = testOutbox({ maxMessages: 2, overflow: "block" });
    offer("a", "b");
    send("c");
    outbox.reconfigure(configuration({ maxMessages: 2, overflow: "drop-newest" }));
    outbox.advance();
    expect(told).toEqual(["c: full"]);
  });

  test("that is closing is as it was", () => {
    const { outbox, offer } = testOutbox({ maxMessages: 10 });
    offer(...fill(5));
    outbox.signal(Event.close);
    outbox.reconfigure(configuration({ maxMessages: 1 }));
    expect([outbox.state, outbox.length]).toEqual(["closing", 5]);
  });
});
