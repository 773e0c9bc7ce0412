/** What an owner says of a connection is kept as it is, and a label is one that people can read. */
import { Connection, Nameplate, PlainConnection } from "@sluice/runtime";
import { ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Effect } from "effect";
import { describe, expect, test } from "vitest";
import { run, sizeOf } from "./harness.js";

const make = (options: { readonly label?: string; readonly data?: unknown }) =>
  Connection.make<string>({
    transport: new ScriptedTransport<string>({ sizeOf }),
    flusher: new ManualFlusher(),
    sizeOf,
    ...options,
  });

test("a label and data are there from the start, in every view, and may change", () =>
  run(
    Effect.gen(function* () {
      const data = { user: 7 };
      const { connection, actor } = yield* make({ label: "Ada", data });
      const plain = new PlainConnection(actor);
      expect([connection.label, plain.label]).toEqual(["Ada", "Ada"]);
      expect(connection.data).toBe(data);
      plain.label = "Grace";
      plain.data = undefined;
      expect([connection.label, connection.data]).toEqual(["Grace", undefined]);
      connection.label = undefined;
      expect(plain.label).toBeUndefined();
    }),
  ));

describe("a label", () => {
  test("has at most 200 characters", () => {
    const plate = new Nameplate({ label: "x".repeat(200) });
    expect(plate.label).toHaveLength(200);
    expect(() => {
      plate.label = "x".repeat(201);
    }).toThrow(new RangeError("label (201 characters) must have at most 200"));
    expect(plate.label).toHaveLength(200);
  });

  test("is a string or none: what is none is refused, when it is made and when it is set", () => {
    expect(new Nameplate({}).label).toBeUndefined();
    expect(() => new Nameplate({ label: 5 as never })).toThrow(
      new TypeError("label must be a string, not 5"),
    );
    const plate = new Nameplate({ label: "" });
    expect(plate.label).toBe("");
    expect(() => {
      plate.label = null as never;
    }).toThrow(new TypeError("label must be a string, not null"));
    expect(plate.label).toBe("");
  });
});
