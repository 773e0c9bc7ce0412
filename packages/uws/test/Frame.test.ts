import { inspect } from "node:util";
import { runInNewContext } from "node:vm";
import { byteLength, Frame } from "@sluice/uws";
import { describe, expect, test } from "vitest";

const bytes = (...values: ReadonlyArray<number>) => new Uint8Array(values);

function shared(): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(3);
  new Uint8Array(buffer).set([1, 2, 3]);
  return buffer;
}

describe("a frame has exactly the bytes of", () => {
  const floats = new Float32Array([1.5, 300]);
  test.each([
    ["a whole buffer", bytes(1, 2, 3).buffer, bytes(1, 2, 3)],
    ["a shared buffer", shared(), bytes(1, 2, 3)],
    ["a view of a shared buffer", new Uint8Array(shared(), 1), bytes(2, 3)],
    ["a view of a part", bytes(1, 2, 3, 4).subarray(1, 3), bytes(2, 3)],
    ["a Buffer", Buffer.from("hi"), bytes(104, 105)],
    ["numbers of four bytes", floats, new Uint8Array(floats.buffer)],
    ["a DataView", new DataView(bytes(9, 8, 7).buffer, 1, 2), bytes(8, 7)],
    ["a buffer of another realm", runInNewContext("new Uint8Array([5]).buffer"), bytes(5)],
    ["nothing", new ArrayBuffer(0), bytes()],
  ])("%s", (_, given, expected) => {
    for (const frame of [Frame.binary(given), Frame.copy(given, true)]) {
      expect(new Uint8Array(frame.data)).toEqual(expected);
      expect(frame.byteLength).toBe(expected.length);
    }
  });
});

describe("a frame is not made of", () => {
  test.each([["text"], [5], [null], [undefined], [[1, 2]], [{ length: 3 }], [Promise.resolve()]])(
    "%j: it is refused as offer refuses it",
    (value) => {
      const pattern = /^a (text )?message \(.*\) must be /;
      expect(() => Frame.binary(value as never)).toThrow(pattern);
      expect(() => Frame.copy(value as never, true)).toThrow(pattern);
      if (typeof value !== "string") {
        expect(() => byteLength(value as never)).toThrow(pattern);
        expect(() => Frame.text(value as never)).toThrow(pattern);
      }
    },
  );

  test("bytes that are gone", () => {
    const view = bytes(1, 2);
    const data = new DataView(view.buffer);
    structuredClone(view.buffer, { transfer: [view.buffer] });
    for (const gone of [view, data, view.buffer]) {
      const words =
        /^a message \(.+\) must have its bytes: they are gone; copy what a message handler is given with Frame\.copy while it runs$/;
      expect(() => Frame.binary(gone)).toThrow(words);
      if (gone !== view.buffer) expect(() => byteLength(gone as never)).toThrow(words);
      expect(() => byteLength(gone as never)).toThrow(TypeError);
    }
  });

  test("a view that its buffer has shrunk away from", () => {
    // The types of Node 20 do not know it, which has it.
    const Resizable = ArrayBuffer as unknown as new (
      length: number,
      options: object,
    ) => ArrayBuffer & { resize(length: number): void };
    const buffer = new Resizable(8, { maxByteLength: 8 });
    const views = [new Uint8Array(buffer, 4, 4), new DataView(buffer, 4, 4)];
    buffer.resize(4);
    for (const view of views) {
      expect(() => Frame.binary(view)).toThrow("must have its bytes");
      expect(() => byteLength(view)).toThrow("must have its bytes");
    }
    // Of one that has its place, but no bytes any more, nothing is missing.
    const rest = new Uint8Array(buffer, 4);
    expect(byteLength(rest)).toBe(0);
  });

  test("text that is not UTF-8", () => {
    expect(() => Frame.copy(bytes(0xff), false)).toThrow("must be UTF-8");
    expect(Frame.copy(bytes(0xff), true).byteLength).toBe(1);
  });
});

test("a copy is told whether it is binary, with true or false", () => {
  for (const wrong of [undefined, null, 1, "text"]) {
    expect(() => Frame.copy(bytes(1), wrong as never)).toThrow(
      /^isBinary must be true or false, not .+/,
    );
  }
});

test("empty bytes are a message", () => {
  expect(byteLength(new Uint8Array(0))).toBe(0);
  expect(byteLength(new DataView(new ArrayBuffer(4), 4))).toBe(0);
  expect(byteLength("")).toBe(0);
});

test("nobody can take a frame's bytes away, nor change them", () => {
  const source = bytes(1, 2, 3);
  const frame = Frame.binary(source);
  source.fill(0);
  new Uint8Array(frame.data).fill(0);
  const { data } = frame;
  structuredClone(data, { transfer: [data] });
  expect(new Uint8Array(frame.data)).toEqual(bytes(1, 2, 3));
});

test("a frame says what it is", () => {
  expect(inspect(Frame.text("héllo"))).toBe("Frame (text, 6 bytes)");
  expect(String(Frame.binary(bytes(1, 2)))).toBe("Frame (binary, 2 bytes)");
  expect(JSON.stringify(Frame.binary(bytes(1)))).toBe('{"isBinary":true,"byteLength":1}');
});
