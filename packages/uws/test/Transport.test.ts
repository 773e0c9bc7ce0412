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
    ping: (payload: string) => void pings.push(payload),
  };
  const ends = { onLinger: () => void lingers++, onEnded: () => {} };
  const transport = new UwsTransport(socket as never, ends, { compress, asks });
  const pong = (payload: string | undefined) =>
    transport.pong(new TextEncoder().encode(payload).buffer);
  /** It comes back as a pong. */
  const answer = () => pong(pings.at(-1));
  return { calls, pings, transport, pong, answer, lingers: () => lingers };
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
    transport.end(4000, "why", false);
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

describe("a client is owed", () => {
  test("what it has been sent and is known not to have read", () => {
    const { transport, answer } = recorded({ asks: true });
    transport.ask();
    transport.send("a");
    expect(transport.isOwed).toBe(false);
    answer();
    expect(transport.isOwed).toBe(true);
    transport.ask();
    answer();
    expect(transport.isOwed).toBe(false);
  });

  test("nothing that the socket has refused, or could not be sent", () => {
    const refusing = recorded({ asks: true, status: SendStatus.refused });
    const gone = new Uint8Array(4);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    refusing.transport.ask();
    refusing.answer();
    expect(refusing.transport.send("a")).toBe(SendStatus.refused);
    expect(refusing.transport.send(gone)).toBe(SendStatus.unsendable);
    expect(refusing.transport.isOwed).toBe(false);
  });

  test("what the socket holds, too", () => {
    const { transport, answer } = recorded({ asks: true, status: SendStatus.pressure });
    transport.ask();
    answer();
    expect(transport.send("a")).toBe(SendStatus.pressure);
    expect(transport.isOwed).toBe(true);
  });

  test("nothing, as far as is known, if it may not be asked", () => {
    const { transport, pings, pong } = recorded();
    transport.ask();
    transport.send("a");
    expect(transport.isOwed).toBe(false);
    expect(pings).toEqual([]);
    expect(pong("sluice 0")).toBe(false);
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
    made.transport.ask();
    made.answer();
    made.transport.send("tail");
    made.transport.end(4001, "done", true);
    return made;
  }

  test("asks it behind the last byte, says that it lingers, and does not say goodbye", () => {
    const { calls, pings, lingers } = lingering();
    expect(pings).toHaveLength(2);
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

  test("says goodbye when it has read everything, once, and not from inside its pong", async () => {
    const { calls, transport, answer } = lingering();
    expect(answer()).toBe(true);
    expect(goodbyes(calls)).toEqual([]);
    await turn();
    expect(goodbyes(calls)).toEqual([["end", 4001, "done"]]);
    expect(vi.getTimerCount()).toBe(0);
    answer();
    transport.leave();
    await turn();
    expect(goodbyes(calls)).toHaveLength(1);
  });

  test("waits on at a pong that says less", async () => {
    const { calls, pings, pong } = lingering();
    expect(pong(pings[0])).toBe(true);
    await turn();
    expect(goodbyes(calls)).toEqual([]);
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
    const { calls, transport, answer } = lingering();
    const all = Promise.all([transport.left(100), transport.left(200)]);
    answer();
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
    const { transport, answer } = recorded({ asks: true });
    transport.ask();
    answer();
    await transport.left(100);
    transport.end(1000, "", true);
    await transport.left(100);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each<[string, (made: ReturnType<typeof recorded>) => void, boolean]>([
    ["that has read everything", ({ answer }) => void answer(), true],
    ["that has never answered", ({ transport }) => void transport.send("tail"), true],
    [
      "when it does not end in order",
      ({ answer, transport }) => {
        answer();
        transport.send("tail");
      },
      false,
    ],
  ])("lingers for no client %s", async (_, prepare, isOrderly) => {
    const made = recorded({ asks: true });
    made.transport.ask();
    prepare(made);
    made.transport.end(4001, "done", isOrderly);
    expect(goodbyes(made.calls)).toEqual([["end", 4001, "done"]]);
    expect(made.lingers()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("says goodbye to nobody because of a pong alone", async () => {
    const { calls, transport, answer } = recorded({ asks: true });
    transport.ask();
    answer();
    await turn();
    expect(calls).toEqual([]);
  });
});
