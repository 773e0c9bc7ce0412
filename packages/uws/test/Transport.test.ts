/** The only file that writes to a socket, with a socket that writes down what is done to it. */
import { SendStatus } from "@sluice/runtime";
import { Frame, UwsTransport } from "@sluice/uws";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

function recorded({ compress = false, asks = false, status = 1 as number } = {}) {
  const calls: Array<ReadonlyArray<unknown>> = [];
  const pings: Array<string> = [];
  let lingers = 0;
  const record =
    (name: string, answer?: unknown) =>
    (...args: ReadonlyArray<unknown>) => {
      calls.push([name, ...args]);
      return answer;
    };
  const socket = {
    send: record("send", status),
    cork: record("cork"),
    end: record("end"),
    close: record("close"),
    getBufferedAmount: record("getBufferedAmount", 42),
    getTopics: () => ["all", "room 1"],
    unsubscribe: record("unsubscribe", true),
    ping: (payload: string) => {
      pings.push(payload);
      return status;
    },
  };
  const ends = { onLinger: () => void lingers++, onEnded: () => {}, onError: () => {} };
  const transport = new UwsTransport(socket as never, ends, { compress, asks });
  return { calls, pings, transport, lingers: () => lingers };
}

describe("a transport", () => {
  test.each([true, false])("sends text as text and bytes as bytes, compressed: %s", (compress) => {
    const { calls, transport } = recorded({ compress });
    const text = Frame.text("a");
    const bytes = new Uint8Array([1]);
    const binary = Frame.binary(bytes);
    for (const message of [text, binary, "a\ud800", bytes]) expect(transport.send(message)).toBe(1);
    expect(calls).toEqual([
      ["send", text.data, false, compress],
      ["send", binary.data, true, compress],
      ["send", "a\ufffd", false, compress],
      ["send", bytes, true, compress],
    ]);
  });

  test("sends empty bytes, and says of those that have been taken away that they cannot be sent", () => {
    const { calls, transport } = recorded();
    expect(transport.send(new Uint8Array(0))).toBe(1);
    const taken = new Uint8Array(4);
    structuredClone(taken.buffer, { transfer: [taken.buffer] });
    expect(transport.send(taken)).toBe(SendStatus.unsendable);
    const view = new DataView(new ArrayBuffer(4));
    structuredClone(view.buffer, { transfer: [view.buffer] });
    expect(transport.send(view)).toBe(SendStatus.unsendable);
    expect(calls).toHaveLength(1);
  });

  test("ends with code and reason, and terminates without", () => {
    const { calls, transport } = recorded();
    transport.end(4000, "why", undefined);
    transport.terminate();
    expect(transport.bufferedBytes()).toBe(42);
    expect(calls).toEqual([["end", 4000, "why"], ["close"], ["getBufferedAmount"]]);
  });

  test("corks what it is told to", () => {
    const { calls, transport } = recorded();
    const write = () => {};
    transport.batch(write);
    expect(calls).toEqual([["cork", write]]);
  });

  test("closes an idle client at once, and remembers why", () => {
    const { calls, transport } = recorded();
    expect(transport.isIdle).toBe(false);
    transport.idle();
    expect(transport.isIdle).toBe(true);
    expect(calls).toEqual([["close"]]);
  });
});

describe("answers to a client's pings", () => {
  test("may be so many until the socket is seen to hold nothing, and one more is told of once", () => {
    let held = 1;
    const socket = { getBufferedAmount: () => held };
    const ends = { onLinger: () => {}, onEnded: () => {}, onError: () => {} };
    const transport = new UwsTransport(socket as never, ends, { compress: false, asks: false });
    const most = () => {
      for (let count = 1; ; count++) if (transport.pinged(126)) return count - 1;
    };
    for (let count = 0; count < 200; count++) expect(transport.pinged(126)).toBe(false);
    transport.forgetPongs();
    expect(most()).toBe(56);
    expect(transport.pinged(126)).toBe(false);
    held = 0;
    transport.forgetPongs();
    expect(most()).toBe(256);
  });
});

describe("a client is pinged", () => {
  test("if it may be asked, and a ping that the socket refused may be tried again", () => {
    const { transport, pings } = recorded({ asks: true });
    expect(transport.pings).toBe(transport);
    expect(transport.ping("sluice 1")).toBe(true);
    expect(pings).toEqual(["sluice 1"]);
    expect(recorded({ asks: true, status: SendStatus.pressure }).transport.ping("a")).toBe(true);
    expect(recorded({ asks: true, status: SendStatus.refused }).transport.ping("a")).toBe(false);
  });

  test("by nobody if it may not be asked", () => {
    expect(recorded().transport.pings).toBeUndefined();
  });
});

describe("a transport that ends in order before its client has read everything", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const goodbyes = (calls: ReadonlyArray<ReadonlyArray<unknown>>) =>
    calls.filter(([name]) => name === "end");

  function lingering() {
    const made = recorded({ asks: true });
    let read = () => {};
    let asked = 0;
    const unread = {
      ask: () => void asked++,
      whenRead: (listener: () => void) => {
        read = listener;
      },
    };
    made.transport.end(4001, "done", unread);
    return { ...made, read: () => read(), asked: () => asked };
  }

  test("asks it behind the last byte, says that it lingers, and does not say goodbye", () => {
    const { calls, asked, lingers } = lingering();
    expect(asked()).toBe(1);
    expect(lingers()).toBe(1);
    expect(goodbyes(calls)).toEqual([]);
  });

  test("hears no more of what is published", () => {
    const { calls } = lingering();
    expect(calls.filter(([name]) => name === "unsubscribe")).toEqual([
      ["unsubscribe", "all"],
      ["unsubscribe", "room 1"],
    ]);
  });

  test("says goodbye when it has read everything, once, and not from inside of what it is told", async () => {
    const { calls, transport, read } = lingering();
    read();
    expect(goodbyes(calls)).toEqual([]);
    await turn();
    expect(goodbyes(calls)).toEqual([["end", 4001, "done"]]);
    expect(vi.getTimerCount()).toBe(0);
    read();
    transport.leave();
    await turn();
    expect(goodbyes(calls)).toHaveLength(1);
  });

  test("says goodbye after a minute at the most", () => {
    const { calls } = lingering();
    vi.advanceTimersByTime(59_999);
    expect(goodbyes(calls)).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(goodbyes(calls)).toEqual([["end", 4001, "done"]]);
  });

  test("says it as soon as who waits for it waits no longer", async () => {
    const { calls, transport } = lingering();
    let isLeft = false;
    const left = transport.left(100).then(() => {
      isLeft = true;
    });
    vi.advanceTimersByTime(99);
    expect(goodbyes(calls)).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(goodbyes(calls)).toEqual([["end", 4001, "done"]]);
    expect(isLeft).toBe(false);
    transport.closed();
    await left;
  });

  test("tells everyone who waits when its socket has closed, and keeps no timer", async () => {
    const { calls, transport, read } = lingering();
    const all = Promise.all([transport.left(100), transport.left(200)]);
    read();
    transport.closed();
    await all;
    expect(vi.getTimerCount()).toBe(0);
    await turn();
    transport.leave();
    expect(goodbyes(calls)).toEqual([]);
    await transport.left(100);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is not waited for when it has ended, or never did", async () => {
    const { transport } = recorded({ asks: true });
    await transport.left(100);
    transport.end(1000, "", undefined);
    await transport.left(100);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("lingers for nobody of whom nothing is known to be unread", () => {
    const { calls, transport, lingers } = recorded({ asks: true });
    transport.end(4001, "done", undefined);
    expect(goodbyes(calls)).toEqual([["end", 4001, "done"]]);
    expect(lingers()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
