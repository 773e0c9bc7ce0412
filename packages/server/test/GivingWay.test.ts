import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Turns } from "../src/query/Turns.js";
import { Calls, limits, turned } from "./Calls.js";

describe("a call that runs for long", () => {
  const patient = () => {
    vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const calls = new Calls();
    return { calls, turns: new Turns(limits) };
  };

  test("gives way to an address that has none, if its own has several, and the one that has run longest", async () => {
    const { calls, turns } = patient();
    for (const name of ["a1", "a2", "a3"]) void calls.make(name, turns.of("a"));
    void calls.make("b1", turns.of("b"));
    void calls.make("c1", turns.of("c"));
    await turned();
    vi.advanceTimersByTime(4_900);
    expect(calls.gaveWay).toEqual([]);
    // However long that one takes to end, there is no other.
    vi.advanceTimersByTime(20_000);
    expect(calls.gaveWay).toEqual(["a1"]);
    await calls.end("a1");
    expect(calls.begun.at(-1)).toBe("c1");
  });

  test("gives way to a connection of its address that has none, one of the connection that has the most", async () => {
    const { calls, turns } = patient();
    const a = turns.of("a");
    void calls.make("other", turns.of("a"));
    void calls.make("a1", a);
    void calls.make("a2", a);
    for (const name of ["b", "c"]) void calls.make(name, turns.of("a"));
    await turned();
    vi.advanceTimersByTime(6_000);
    // Two have waited; and each is one's place.
    expect(calls.gaveWay).toEqual(["a1", "a2"]);
    await calls.end("a1");
    await calls.end("a2");
    expect(calls.begun.slice(-2)).toEqual(["b", "c"]);
  });

  test("gives way for all waits of a query together", async () => {
    const { calls, turns } = patient();
    for (const name of ["a1", "a2", "a3"]) void calls.make(name, turns.of("a"));
    const claim = { signal: new AbortController().signal, giveWay: () => {}, waitedMillis: 4_900 };
    void turns.of("a")(async () => {}, claim);
    await turned();
    vi.advanceTimersByTime(4_750);
    expect(calls.gaveWay).toEqual([]);
    vi.advanceTimersByTime(250);
    expect(calls.gaveWay).toEqual(["a1"]);
    await calls.end("a1");
    expect(claim.waitedMillis).toBe(9_900);
  });

  test("gives way to nobody who has a turn, nor to another address if its own has no more", async () => {
    const { calls, turns } = patient();
    const a = turns.of("a");
    for (const name of ["a1", "a2", "a3"]) void calls.make(name, a);
    await turned();
    vi.advanceTimersByTime(60_000);
    for (const name of ["b", "c"]) void calls.make(name, turns.of(name));
    await turned();
    vi.advanceTimersByTime(60_000);
    await calls.end("a1");
    await calls.end("a2");
    for (const name of ["d", "e"]) void calls.make(name, turns.of(name));
    await turned();
    vi.advanceTimersByTime(60_000);
    expect(calls.begun).toEqual(["a1", "a2", "b", "c", "a3", "d"]);
    expect(calls.gaveWay).toEqual([]);
  });

  test("gives way once, to the one whose turn is next, though another was there before it", async () => {
    const { calls, turns } = patient();
    const impatient = { signal: new AbortController().signal, giveWay: () => {} };
    for (const name of ["a", "a", "d"]) void calls.make(name, turns.of(name));
    await turned();
    vi.advanceTimersByTime(4_000);
    void calls.make("b", turns.of("b"));
    // One of b, whose other has run for a second at most, and then c, who has none.
    for (const name of ["b", "c"]) {
      void turns.of(name)(async () => {}, { ...impatient, waitedMillis: 5_000 });
    }
    await turned();
    vi.advanceTimersByTime(4_000);
    expect(calls.gaveWay).toEqual(["a"]);
  });

  test("gives way also when nobody had waited for a while", async () => {
    const { calls, turns } = patient();
    for (const name of ["a1", "a2", "a3"]) void calls.make(name, turns.of("a"));
    const abort = new AbortController();
    const waiting = calls.make("a4", turns.of("a"), abort.signal);
    abort.abort();
    await expect(waiting).rejects.toBe(abort.signal.reason);
    vi.advanceTimersByTime(20_000);
    void calls.make("b1", turns.of("b"));
    void calls.make("c1", turns.of("c"));
    await turned();
    vi.advanceTimersByTime(6_000);
    expect(calls.gaveWay).toEqual(["a1"]);
  });

  test("has run for as long as the other has waited", async () => {
    const { calls, turns } = patient();
    for (const name of ["a1", "a2", "a3"]) void calls.make(name, turns.of("a"));
    void calls.make("b1", turns.of("b"));
    await turned();
    vi.advanceTimersByTime(4_000);
    void calls.make("c1", turns.of("c"));
    await turned();
    vi.advanceTimersByTime(4_000);
    expect(calls.gaveWay).toEqual([]);
    vi.advanceTimersByTime(2_000);
    expect(calls.gaveWay).toEqual(["a1"]);
  });
});
