/** What is written to the stream under a socket, and when that is pressure. */
import { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { PassThrough, Writable } from "node:stream";
import { SendStatus } from "@sluice/runtime";
import { Frame, type Message, WsTransport } from "@sluice/ws";
import { describe, expect, test, vi } from "vitest";
import * as ws from "ws";

const { WebSocket } = ws;

/** It is in no typings. */
const { Sender } = ws as unknown as {
  readonly Sender: { frame(data: Buffer, options: object): ReadonlyArray<Buffer> };
};

/** A stream that takes what it is told to, and writes down what it is given. */
class Pipe extends Writable {
  readonly writes: Array<Buffer> = [];
  #pending: Array<() => void> = [];
  isOpen = true;

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.writes.push(Buffer.from(chunk));
    if (this.isOpen) done();
    else this.#pending.push(done);
  }

  take(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const done of pending) done();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.writes);
  }
}

function made({ compress = false, extensions = "", stream = new Pipe() as Writable } = {}) {
  const sent: Array<readonly [unknown, object, () => void]> = [];
  const drains: Array<boolean> = [];
  const ends: Array<string> = [];
  const socket = Object.assign(new EventEmitter(), {
    _socket: stream,
    extensions,
    readyState: WebSocket.OPEN as number,
    queued: 0,
    send: (data: unknown, options: object, done: () => void) => sent.push([data, options, done]),
    ping: () => {},
    close: (code: number, reason: string) => ends.push(`${code} ${reason}`),
    terminate: () => ends.push("terminated"),
  });
  Object.defineProperty(socket, "bufferedAmount", {
    get: () => stream.writableLength + socket.queued,
  });
  const told = { onLinger: () => {}, onEnded: () => ends.push("ended"), onError: () => {} };
  const transport = new WsTransport(socket as never, told, {
    compress,
    asks: false,
    onDrained: (hasRead) => drains.push(hasRead),
  });
  return { transport, socket, pipe: stream as Pipe, sent, drains, ends };
}

/** As `ws` itself frames it. */
const framed = (data: string | Uint8Array) => {
  const isText = typeof data === "string";
  const options = { fin: true, opcode: isText ? 1 : 2, readOnly: true, mask: false, rsv1: false };
  return Buffer.concat(Sender.frame(Buffer.from(data as string), options));
};

describe("a batch", () => {
  test("goes out in one write, framed as ws frames it", () => {
    const { transport, pipe } = made();
    const messages: ReadonlyArray<string | Uint8Array> = [
      "",
      "a".repeat(125),
      "a".repeat(126),
      "é".repeat(63),
      "€".repeat(100),
      new Uint8Array(200).fill(7),
    ];
    transport.batch(() => {
      for (const message of messages) {
        expect(transport.send(message)).toBe(SendStatus.sent);
        expect(pipe.writes).toEqual([]);
      }
    });
    expect(pipe.writes).toHaveLength(1);
    expect(pipe.bytes).toEqual(Buffer.concat(messages.map(framed)));
  });

  test("that is empty writes nothing", () => {
    const { transport, pipe } = made();
    transport.batch(() => {});
    expect(pipe.writes).toEqual([]);
  });

  test("of more than its memory has room for is written in pieces, in order", () => {
    const { transport, pipe } = made();
    const messages: ReadonlyArray<Message> = [
      "first",
      "x".repeat(20_000),
      new Uint8Array(70_000).fill(1),
      Frame.binary(new Uint8Array(20_000).fill(2)),
      "é".repeat(7_000),
      "last",
    ];
    transport.batch(() => {
      for (const message of messages) transport.send(message);
    });
    const plain = messages.map((message) =>
      message instanceof Frame ? new Uint8Array(message.data) : (message as string),
    );
    expect(pipe.bytes.equals(Buffer.concat(plain.map(framed)))).toBe(true);
  });

  test("inside the batch of another keeps to its own memory", () => {
    const [outer, inner] = [made(), made()];
    outer.transport.batch(() => {
      outer.transport.send("outer 1");
      inner.transport.batch(() => {
        for (let at = 0; at < 10; at++) inner.transport.send(`inner ${at}`);
      });
      outer.transport.send("outer 2");
    });
    expect(outer.pipe.bytes).toEqual(Buffer.concat(["outer 1", "outer 2"].map(framed)));
    expect(inner.pipe.bytes.length).toBe(90);
  });

  test("that throws is written as far as it came", () => {
    const { transport, pipe } = made();
    const boom = () => {
      transport.send("a");
      throw new Error("boom");
    };
    expect(() => transport.batch(boom)).toThrow("boom");
    expect(pipe.bytes).toEqual(framed("a"));
  });
});

describe("the memory of a batch", () => {
  /** A stream that keeps what it is given as it is given, without a copy. */
  class Holding extends Socket {
    readonly held: Array<Buffer> = [];
    isSlow = false;

    override _write(chunk: Buffer, _: string, done: () => void): void {
      this.held.push(chunk);
      if (!this.isSlow) done();
    }
  }

  const batchOf = (transport: WsTransport, ...texts: ReadonlyArray<string>) =>
    transport.batch(() => {
      for (const text of texts) transport.send(text);
    });

  test("is used again when its socket has taken everything", () => {
    const stream = new Holding();
    const { transport } = made({ stream });
    batchOf(transport, "a", "b");
    batchOf(transport, "c", "d");
    const [first, second] = stream.held as [Buffer, Buffer];
    expect(second.byteOffset).toBe(first.byteOffset);
    expect(second.buffer).toBe(first.buffer);
  });

  test("is left to a socket that has not", () => {
    const stream = new Holding();
    stream.isSlow = true;
    const { transport } = made({ stream });
    batchOf(transport, "a", "b");
    for (let at = 0; at < 20; at++) batchOf(made().transport, "x".repeat(10_000), "y");
    expect(stream.held[0]).toEqual(Buffer.concat([framed("a"), framed("b")]));
  });

  test("is left to a stream that is not the system's, which may hand it on", () => {
    const stream = new PassThrough();
    batchOf(made({ stream }).transport, "a", "b");
    for (let at = 0; at < 20; at++) batchOf(made().transport, "x".repeat(10_000), "y");
    expect(stream.read()).toEqual(Buffer.concat([framed("a"), framed("b")]));
  });
});

describe("a message for many", () => {
  test("is framed once: every socket is given the same bytes", () => {
    const streams = [new Socket(), new Socket()];
    const writes = streams.map((stream) => vi.spyOn(stream, "write").mockReturnValue(true));
    const frame = Frame.text("for many");
    for (const stream of streams) made({ stream }).transport.send(frame);
    const [first, second] = writes.map(({ mock }) => mock.calls[0]?.[0]) as [Buffer, Buffer];
    expect(first).toEqual(framed("for many"));
    expect(second).toBe(first);
  });
});

describe("a socket", () => {
  test("that holds anything is under pressure, and says once when it holds nothing", async () => {
    const { transport, pipe, drains } = made();
    expect(transport.bufferedBytes()).toBe(0);
    pipe.isOpen = false;
    transport.send("abc");
    expect(transport.bufferedBytes()).toBe(5);
    expect(transport.bufferedBytes()).toBe(5);
    expect(drains).toEqual([]);
    pipe.isOpen = true;
    pipe.take();
    await new Promise((resolve) => setImmediate(resolve));
    expect(drains).toEqual([true]);
    expect(transport.bufferedBytes()).toBe(0);
  });

  test("whose system has taken a part of what it was given shows what is left", () => {
    const { transport, pipe } = made();
    pipe.isOpen = false;
    transport.send("x".repeat(98));
    const handle = { writeQueueSize: 40 };
    Object.assign(pipe, { _handle: handle });
    expect(transport.bufferedBytes()).toBe(40);
    handle.writeQueueSize = 0;
    expect(transport.bufferedBytes()).toBe(100);
  });

  test("of TLS, which takes nothing at once, holds a quantum without pressure, and tells nothing of its client", async () => {
    const stream = Object.assign(new Pipe(), { encrypted: true });
    const { transport, pipe, drains } = made({ stream });
    pipe.isOpen = false;
    transport.send("x".repeat(10_000));
    expect(transport.bufferedBytes()).toBe(0);
    transport.send("x".repeat(10_000));
    expect(transport.bufferedBytes()).toBeGreaterThan(20_000);
    pipe.isOpen = true;
    pipe.take();
    await new Promise((resolve) => setImmediate(resolve));
    expect(drains).toEqual([false]);
  });

  test("that closes takes nothing, and keeps nothing from being sent elsewhere", () => {
    const { transport, socket, pipe } = made();
    socket.readyState = WebSocket.CLOSING;
    expect(transport.send("a")).toBe(SendStatus.refused);
    expect(pipe.writes).toEqual([]);
  });

  test("is not given a message whose bytes are gone", () => {
    const { transport, pipe } = made();
    const view = new Uint8Array(4);
    structuredClone(view.buffer, { transfer: [view.buffer] });
    expect(transport.send(view)).toBe(SendStatus.unsendable);
    expect(pipe.writes).toEqual([]);
  });

  test("has heard of its client when its stream has read more", () => {
    const stream = Object.assign(new Pipe(), { bytesRead: 10 });
    const { transport } = made({ stream });
    expect(transport.hasHeard()).toBe(false);
    stream.bytesRead = 11;
    expect(transport.hasHeard()).toBe(true);
    expect(transport.hasHeard()).toBe(false);
  });

  test("is told goodbye or cut off, and its connection has ended", () => {
    const { transport, ends } = made();
    transport.end(4000, "why", undefined);
    transport.terminate();
    expect(ends).toEqual(["4000 why", "ended", "terminated", "ended"]);
  });
});

describe("compression", () => {
  const extensions = "permessage-deflate";

  test("is left to ws, where it is asked for and agreed upon", () => {
    const { transport, socket, pipe, sent, drains } = made({ compress: true, extensions });
    const text = Frame.text("é");
    const bytes = new Uint8Array([1, 2]);
    transport.batch(() => {
      for (const message of ["a", text, bytes]) transport.send(message);
    });
    bytes.fill(0);
    transport.send(Frame.binary(new Uint8Array([3])));
    expect(pipe.writes).toEqual([]);
    expect(sent.map(([data, options]) => [data, options])).toEqual([
      ["a", { binary: false, compress: true, fin: true }],
      [Buffer.from("é"), { binary: false, compress: true, fin: true }],
      [Buffer.from([1, 2]), { binary: true, compress: true, fin: true }],
      [Buffer.from([3]), { binary: true, compress: true, fin: true }],
    ]);
    socket.queued = 6;
    expect(transport.bufferedBytes()).toBe(6);
    sent[0]?.[2]();
    expect(drains).toEqual([]);
    socket.queued = 0;
    sent[1]?.[2]();
    expect(drains).toEqual([false]);
  });

  test.each([
    [false, extensions],
    [true, ""],
  ])("is not used when asked %s and agreed on %j", (compress, agreed) => {
    const { transport, pipe, sent } = made({ compress, extensions: agreed });
    transport.send("a");
    expect(sent).toEqual([]);
    expect(pipe.bytes).toEqual(framed("a"));
  });

  test("of somebody else's message under way is not overtaken", () => {
    const { transport, socket, pipe, sent } = made({ extensions });
    socket.queued = 10;
    transport.send("behind it");
    transport.send(Frame.text("and this"));
    expect(pipe.writes).toEqual([]);
    expect(sent).toHaveLength(2);
  });
});
