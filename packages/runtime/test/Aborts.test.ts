/** Many who wait for one signal are one listener on it, each of them with a fate of its own. */
import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { onAbort } from "../src/view/Aborts.js";

/** A signal, and what its abort did. */
function crowd() {
  const controller = new AbortController();
  const { signal } = controller;
  const done: Array<string> = [];
  return {
    done,
    signal,
    abort: () => controller.abort(),
    wait: (name: string) => onAbort(signal, () => done.push(name)),
    listeners: () => getEventListeners(signal, "abort").length,
  };
}

/** Errors that nobody has caught, while this runs and a turn of the event loop after it. */
async function uncaught(act: () => void): Promise<ReadonlyArray<unknown>> {
  const seen: Array<unknown> = [];
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => seen.push(error));
  try {
    act();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.removeAllListeners("uncaughtException");
    for (const other of others) process.on("uncaughtException", other);
  }
  return seen;
}

describe("those who wait for a signal", () => {
  test("are told once, in the order in which they came", () => {
    const { done, abort, wait, listeners } = crowd();
    for (const name of ["a", "b", "c"]) wait(name);
    expect(listeners()).toBe(1);
    abort();
    expect([done, listeners()]).toEqual([["a", "b", "c"], 0]);
  });

  test("still wait when one of them has stopped, and nobody listens when all have", () => {
    const { done, abort, wait, listeners } = crowd();
    const [stop, stopToo] = [wait("a"), wait("b")];
    stop();
    expect(listeners()).toBe(1);
    const stopLast = wait("c");
    stopToo();
    expect(listeners()).toBe(1);
    abort();
    expect(done).toEqual(["c"]);
    stopLast();
    const others = crowd();
    others.wait("d")();
    expect(others.listeners()).toBe(0);
    others.abort();
    expect(others.done).toEqual([]);
  });

  test("are one listener also when somebody before them stops twice", () => {
    const { done, abort, wait, listeners } = crowd();
    const stop = wait("a");
    stop();
    wait("b");
    stop();
    wait("c");
    expect(listeners()).toBe(1);
    abort();
    expect(done).toEqual(["b", "c"]);
  });

  test("who are stopped by one before them are not told", () => {
    const { done, abort, wait, signal } = crowd();
    onAbort(signal, () => stop());
    const stop = wait("stopped");
    wait("last");
    abort();
    expect(done).toEqual(["last"]);
  });

  test("are all told, whatever one of them throws; the first of what is thrown is not lost", async () => {
    const { done, abort, wait, signal } = crowd();
    wait("a");
    for (const what of ["first", "second"]) {
      onAbort(signal, () => {
        throw new Error(what);
      });
    }
    wait("b");
    expect(await uncaught(abort)).toEqual([new Error("first")]);
    expect(done).toEqual(["a", "b"]);
  });
});
