import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Turns } from "../src/query/Turns.js";
import { Calls, limits, turned } from "./Calls.js";

describe("turns", () => {
  test("begin at once while there is room, and a connection has a few of them", async () => {
    const turns = new Turns(limits);
    const calls = new Calls();
    const a = turns.of("a");
    for (const name of ["a1", "a2", "a3"]) void calls.make(name, a);
    await turned();
    expect(calls.begun).toEqual(["a1", "a2"]);
    expect(turns.counts).toEqual({ running: 2, waiting: 1, addresses: 1 });
    await calls.end("a1");
    expect(calls.begun).toEqual(["a1", "a2", "a3"]);
  });

  test("are left to others by all connections of an address", async () => {
    const turns = new Turns(limits);
    const calls = new Calls();
    for (const name of ["1", "2", "3", "4", "5"]) void calls.make(name, turns.of("a"));
    void calls.make("honest", turns.of("b"));
    await turned();
    expect(calls.begun).toEqual(["1", "2", "3", "honest"]);
  });

  test("go to the connection that has used the engine least", async () => {
    vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const turns = new Turns({ ...limits, running: 1 });
    const calls = new Calls();
    const [a, b, c] = [turns.of("x"), turns.of("x"), turns.of("x")];
    void calls.make("a1", a);
    for (const [name, take] of [
      ["b1", b],
      ["b2", b],
      ["a2", a],
      ["c1", c],
    ] as const) {
      void calls.make(name, take);
    }
    await turned();
    vi.advanceTimersByTime(1_000);
    await calls.end("a1");
    vi.advanceTimersByTime(500);
    // It has waited longest of those that have used nothing.
    await calls.end("b1");
    expect(calls.begun.at(-1)).toBe("c1");
    vi.advanceTimersByTime(40);
    await calls.end("c1");
    expect(calls.begun.at(-1)).toBe("b2");
    await calls.end("b2");
    expect(calls.begun.at(-1)).toBe("a2");
  });

  test("go first to the address that has the fewest, then to the connection", async () => {
    const turns = new Turns({ ...limits, running: 3, perAddress: 2 });
    const calls = new Calls();
    const [a, b, c] = [turns.of("a"), turns.of("a"), turns.of("c")];
    for (const name of ["a1", "a2", "a3"]) void calls.make(name, a);
    void calls.make("b1", b);
    void calls.make("c1", c);
    void calls.make("c2", c);
    await turned();
    expect(calls.begun).toEqual(["a1", "a2", "c1"]);
    // Of address a one runs and of c one: a3 has waited longest, but its connection has one, and c's too; b has none.
    await calls.end("a1");
    expect(calls.begun.at(-1)).toBe("b1");
    await calls.end("a2");
    expect(calls.begun.at(-1)).toBe("a3");
    await calls.end("b1");
    await calls.end("a3");
    expect(calls.begun.at(-1)).toBe("c2");
    expect(turns.counts.waiting).toBe(0);
  });

  test("go to the address that has fewer, even if it is the connection that has one", async () => {
    const turns = new Turns(limits);
    const calls = new Calls();
    const c = turns.of("c");
    for (const name of ["a1", "a2", "a3"]) void calls.make(name, turns.of("a"));
    void calls.make("c1", c);
    void calls.make("a4", turns.of("a"));
    void calls.make("c2", c);
    await calls.end("a1");
    expect(calls.begun.at(-1)).toBe("c2");
  });

  test("follow one another for a query that takes little, though others waited before its next call", async () => {
    vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const turns = new Turns(limits);
    const calls = new Calls();
    const greedy = ["a", "b", "c", "d"].map((address) => turns.of(address));
    for (const [at, take] of greedy.entries()) void calls.make(`first ${at}`, take);
    for (const [at, take] of greedy.entries()) void calls.make(`more ${at}`, take);
    await turned();
    vi.advanceTimersByTime(2_000);
    const take = turns.of("honest");
    const honest = calls.make("opened", take).then(() => calls.make("read", take));
    await calls.end("first 0");
    expect(calls.begun.at(-1)).toBe("opened");
    await calls.end("opened");
    expect(calls.begun.at(-1)).toBe("read");
    await calls.end("read");
    await honest;
    expect(calls.begun.at(-1)).toBe("more 0");
    expect(turns.counts.running).toBe(4);
  });

  test("are waited for by so many; one more is refused", async () => {
    const turns = new Turns({ ...limits, perConnection: 1, waiting: 1 });
    const calls = new Calls();
    const take = turns.of("a");
    void calls.make("1", take);
    void calls.make("2", take);
    await expect(calls.make("3", take)).rejects.toMatchObject({ _tag: "QueryError", code: "busy" });
    await calls.end("1");
    expect(calls.begun).toEqual(["1", "2"]);
  });

  test("are not taken by one that gave up, before or while it waits", async () => {
    const turns = new Turns({ ...limits, perConnection: 1 });
    const calls = new Calls();
    const take = turns.of("a");
    const abort = new AbortController();
    void calls.make("1", take);
    const waiting = calls.make("2", take, abort.signal);
    await turned();
    abort.abort();
    await expect(waiting).rejects.toBe(abort.signal.reason);
    await expect(calls.make("3", take, abort.signal)).rejects.toBe(abort.signal.reason);
    await calls.end("1");
    expect(calls.begun).toEqual(["1"]);
    expect(turns.counts).toEqual({ running: 0, waiting: 0, addresses: 0 });
  });

  test("are not lost to others by one that gave up when its own had begun", async () => {
    const turns = new Turns({ ...limits, perConnection: 1 });
    const calls = new Calls();
    const take = turns.of("a");
    const abort = new AbortController();
    void calls.make("1", take);
    void calls.make("2", take, abort.signal);
    void calls.make("3", take);
    await calls.end("1");
    expect(calls.begun).toEqual(["1", "2"]);
    abort.abort();
    expect(turns.counts).toEqual({ running: 1, waiting: 1, addresses: 1 });
    await calls.end("2");
    expect(calls.begun).toEqual(["1", "2", "3"]);
  });

  test("end with their calls, also with those that fail", async () => {
    const turns = new Turns({ ...limits, running: 1 });
    const claim = { signal: new AbortController().signal, giveWay: () => {}, waitedMillis: 0 };
    const take = turns.of("a");
    await expect(take(() => Promise.reject(new Error("lost")), claim)).rejects.toThrow("lost");
    expect(await take(async () => "found", claim)).toBe("found");
    expect(turns.counts).toEqual({ running: 0, waiting: 0, addresses: 0 });
  });
});
