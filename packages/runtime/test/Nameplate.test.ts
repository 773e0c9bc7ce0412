/** What an owner says of a connection is kept as it is, and a label is one that people can read. */
import { Connection, PlainConnection } from "@sluice/runtime";
import { ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Effect, Exit } from "effect";
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
  test("has at most 200 characters", () =>
    run(
      Effect.gen(function* () {
        const { connection } = yield* make({ label: "x".repeat(200) });
        expect(connection.label).toHaveLength(200);
        expect(() => {
          connection.label = "x".repeat(201);
        }).toThrow(new RangeError("label (201 characters) must have at most 200"));
        expect(connection.label).toHaveLength(200);
      }),
    ));

  test("is a string or none: what is none is refused, when it is made and when it is set", () =>
    run(
      Effect.gen(function* () {
        const failure = new TypeError("label must be a string, not 5");
        const refused = yield* Effect.exit(make({ label: 5 as never }));
        expect(refused).toEqual(Exit.die(failure));
        const { connection } = yield* make({ label: "" });
        expect(connection.label).toBe("");
        expect(() => {
          connection.label = null as never;
        }).toThrow(new TypeError("label must be a string, not null"));
        expect(connection.label).toBe("");
      }),
    ));

  test("of one connection is not that of another, though neither had one", () =>
    run(
      Effect.gen(function* () {
        const [one, other] = [yield* make({}), yield* make({})];
        one.connection.label = "Ada";
        one.connection.data = 1;
        expect([other.connection.label, other.connection.data]).toEqual([undefined, undefined]);
      }),
    ));
});
