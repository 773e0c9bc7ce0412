/** What people and logs see of a connection: printed, as text and as JSON. */
import { inspect } from "node:util";
import { Effect } from "effect";
import { expect, test } from "vitest";
import { rig, run } from "./harness.js";

test("as text it is its id, its label if it has one, its state and its health", () =>
  run(
    Effect.gen(function* () {
      const { connection } = yield* rig();
      const { id } = connection;
      expect(String(connection)).toBe(`Connection ${id} normal healthy`);
      connection.label = 'Ada "L"';
      expect(String(connection)).toBe(`Connection ${id} "Ada \\"L\\"" normal healthy`);
    }),
  ));

test("as JSON it is its id, its label if it has one, and its statistics; its data is nobody's business", () =>
  run(
    Effect.gen(function* () {
      const { connection } = yield* rig();
      connection.offer("x");
      connection.data = { secret: 7 };
      const { id } = connection;
      const shown = () => JSON.parse(JSON.stringify(connection));
      const statistics = JSON.parse(JSON.stringify(connection.stats()));
      expect(shown()).toEqual({ id, ...statistics });
      connection.label = "Ada";
      expect(shown()).toEqual({ id, label: "Ada", ...statistics });
    }),
  ));

test("printed it has what became of its messages, and its data if it has any; printing changes nothing", () =>
  run(
    Effect.gen(function* () {
      const { connection, flusher } = yield* rig({
        room: 0,
        configuration: { maxMessages: 4, overflow: "drop-oldest", maxBytes: 100 },
      });
      connection.offer("in transit");
      flusher.settle();
      for (let index = 0; index < 6; index++) connection.offer("x");
      connection.offer("y".repeat(101));
      const before = connection.stats();
      const printed = inspect(connection);
      expect(printed).toContain(String(connection));
      for (const count of [
        "fill: 1",
        "offered: 8",
        "delivered: 1",
        "dropped: 2",
        "rejected: 1",
        "buffered: 4",
        "waiting: 0",
      ]) {
        expect(printed).toContain(count);
      }
      expect(printed).toContain(`delayMillis: ${connection.delayMillis}`);
      expect(printed).not.toContain("data");
      connection.data = { user: 7 };
      expect(inspect(connection)).toContain("data: { user: 7 }");
      expect(connection.stats()).toEqual(before);
    }),
  ));

test("a look is one picture of it, and neither a look nor its health moves anything: that is for assess", () =>
  run(
    Effect.gen(function* () {
      const { connection } = yield* rig({
        room: 0,
        configuration: { maxMessages: 2, overflow: "drop-newest" },
      });
      const steps: Array<number> = [];
      connection.observe({ onStep: (event) => steps.push(event) });
      for (let index = 0; index < 10; index++) connection.offer("x");
      const before = steps.length;
      const unassessed = connection.look();
      expect([connection.health, unassessed.health]).toEqual(["healthy", "healthy"]);
      expect([connection.look(), steps.length]).toEqual([unassessed, before]);
      expect(connection.assess()).toBe("unhealthy");
      expect(steps.length).toBeGreaterThan(before);
      expect(connection.look()).toEqual({
        state: connection.state,
        health: "unhealthy",
        statistics: connection.stats(),
        recommendation: connection.recommendation(),
      });
      expect(connection.look().recommendation.action).toBe("disconnect");
    }),
  ));
