import { BufferLevelError, ConfigurationError } from "@sluice/core";
import { describe, expect, test } from "vitest";
import {
  type ConfigurationOptions,
  configuration,
  FlowController,
  overflowRules,
  overflowStrategies,
} from "../src/index.js";

function testController(options: ConfigurationOptions = {}) {
  const clock = { millis: 0 };
  const controller = new FlowController(
    configuration({ maxMessages: 100, maxBytes: 1_000, ...options }),
    () => clock.millis,
  );
  return { controller, clock };
}

describe("calculateDelay", () => {
  test("at 85 % with delays up to 100 ms: 75 ms", () => {
    const { controller } = testController({ maxDelayMillis: 100 });
    expect(controller.calculateDelay({ messages: 85 })).toBe(75);
  });

  test("with marks at 50 % and 90 % and delays up to 200 ms: at 80 %, 150 ms", () => {
    const { controller } = testController({ throttleAt: 0.5, pauseAt: 0.9, maxDelayMillis: 200 });
    expect(controller.calculateDelay({ messages: 80 })).toBe(150);
  });

  test("goes by the larger of messages and bytes", () => {
    const { controller } = testController({ maxDelayMillis: 100 });
    expect(controller.calculateDelay({ messages: 10, bytes: 850 })).toBe(75);
    expect(controller.calculateDelay({ messages: 85, bytes: 10 })).toBe(75);
  });

  test("takes a buffer that is fuller than its limit for full", () => {
    const { controller } = testController({ maxDelayMillis: 100 });
    expect(controller.calculateDelay({ messages: 1_000 })).toBe(100);
  });

  test("is a question: it changes no state", () => {
    const { controller } = testController();
    controller.calculateDelay({ messages: 100 });
    expect(controller.state).toBe("normal");
  });
});

describe("canSend", () => {
  test("is true below the pause mark and false from it on", () => {
    const { controller } = testController();
    expect(controller.canSend({ messages: 0 })).toBe(true);
    expect(controller.canSend({ messages: 89 })).toBe(true);
    expect(controller.canSend({ messages: 90 })).toBe(false);
    expect(controller.canSend({ messages: 100 })).toBe(false);
  });

  test("is true again once the pause mark is cleared, not before", () => {
    const { controller } = testController();
    controller.canSend({ messages: 90 });
    expect(controller.canSend({ messages: 81 })).toBe(false);
    expect(controller.canSend({ messages: 80 })).toBe(true);
  });

  test("goes by bytes too", () => {
    const { controller } = testController();
    expect(controller.canSend({ messages: 0, bytes: 900 })).toBe(false);
  });
});

describe("waitIfNeeded", () => {
  test("has nothing to wait for below the throttle mark", () => {
    const { controller } = testController();
    const slept: Array<number> = [];
    expect(
      controller.waitIfNeeded({ messages: 69 }, (millis) => slept.push(millis)),
    ).toBeUndefined();
    expect(slept).toEqual([]);
  });

  test("waits the calculated delay in the caller's way, and gives what that gives", async () => {
    const { controller } = testController({ maxDelayMillis: 100 });
    const sleep = (millis: number) => Promise.resolve(`slept ${millis}`);
    expect(await controller.waitIfNeeded({ messages: 85 }, sleep)).toBe("slept 75");
    expect(controller.state).toBe("throttled");
  });
});

describe("handleBufferFull", () => {
  test.each(overflowStrategies)(
    "%s: the strategy's rule, and how long to wait for room",
    (overflow) => {
      const { controller } = testController({ overflow, blockTimeoutMillis: 1_234 });
      expect(controller.handleBufferFull()).toEqual({
        ...overflowRules[overflow],
        waitMillis: overflow === "block" ? 1_234 : 0,
      });
      expect(controller.state).toBe(overflow === "block" ? "normal" : "dropping");
    },
  );

  test("the state falls again with the next level that is lower", () => {
    const { controller } = testController();
    controller.canSend({ messages: 100 });
    controller.handleBufferFull();
    expect(controller.canSend({ messages: 100 })).toBe(false);
    expect(controller.state).toBe("dropping");
    controller.canSend({ messages: 0 });
    expect(controller.state).toBe("normal");
  });
});

describe("statistics", () => {
  test("sent and dropped are counted in messages and bytes", () => {
    const { controller } = testController();
    controller.recordSent(10);
    controller.recordSent();
    controller.recordDropped(5);
    expect(controller.getStats()).toEqual({
      state: "normal",
      sent: { messages: 2, bytes: 10 },
      dropped: { messages: 1, bytes: 5 },
      dropRate: 1 / 3,
      throttleEvents: 0,
      pauseEvents: 0,
      pausedMillis: 0,
    });
  });

  test("throttles, pauses and paused time are counted", () => {
    const { controller, clock } = testController();
    controller.canSend({ messages: 95 });
    clock.millis = 40;
    controller.canSend({ messages: 0 });
    clock.millis = 100;
    controller.canSend({ messages: 75 });
    expect(controller.getStats()).toMatchObject({
      state: "throttled",
      throttleEvents: 2,
      pauseEvents: 1,
      pausedMillis: 40,
    });
  });

  test("are a picture that no longer changes", () => {
    const { controller } = testController();
    const before = controller.getStats();
    controller.recordSent(1);
    expect(before.sent).toEqual({ messages: 0, bytes: 0 });
  });

  test("start afresh when reset", () => {
    const { controller, clock } = testController();
    controller.recordDropped(1);
    controller.canSend({ messages: 95 });
    clock.millis = 10;
    controller.resetStats();
    expect(controller.getStats()).toMatchObject({
      state: "normal",
      dropped: { messages: 0 },
      dropRate: 0,
      pauseEvents: 0,
      pausedMillis: 0,
    });
    expect(controller.canSend({ messages: 95 })).toBe(false);
  });
});

describe("health", () => {
  test.each([
    [0, 0, true],
    [9, 91, true],
    [10, 90, false],
    [31, 69, false],
  ])("with %d dropped and %d sent: healthy %j", (dropped, sent, healthy) => {
    const { controller } = testController();
    for (let count = 0; count < dropped; count++) controller.recordDropped();
    for (let count = 0; count < sent; count++) controller.recordSent();
    expect(controller.isHealthy()).toBe(healthy);
  });

  test.each([
    [0, 10, 50, "ok"],
    [0, 10, 75, "throttle"],
    [0, 10, 95, "pause"],
    [2, 8, 50, "warning"],
    [5, 5, 50, "disconnect"],
  ])("%d dropped, %d sent, %d %% full: %s", (dropped, sent, messages, action) => {
    const { controller } = testController();
    for (let count = 0; count < dropped; count++) controller.recordDropped();
    for (let count = 0; count < sent; count++) controller.recordSent();
    expect(controller.getRecommendation({ messages })).toMatchObject({
      action,
      fill: messages / 100,
    });
  });
});

describe("a level that is none", () => {
  test.each([
    [950],
    [Number.NaN],
    [undefined],
    [null],
    ["8"],
    [{}],
    [{ messages: Number.NaN }],
    [{ messages: -1 }],
    [{ messages: "8" }],
    [{ messages: Number.POSITIVE_INFINITY }],
    [{ messages: 1, bytes: Number.NaN }],
    [{ messages: 1, bytes: -1 }],
    [{ messages: 1, bytes: null }],
  ])("%j: nothing is decided on it, and nothing has changed", (level) => {
    const controller = new FlowController(configuration(), () => 0);
    const none = level as never;
    expect(() => controller.canSend(none)).toThrow(BufferLevelError);
    expect(() => controller.calculateDelay(none)).toThrow(BufferLevelError);
    expect(() => controller.waitIfNeeded(none, () => 0)).toThrow(BufferLevelError);
    expect(() => controller.getRecommendation(none)).toThrow(BufferLevelError);
    expect(controller.state).toBe("normal");
  });

  test("says which part is wrong", () => {
    const controller = new FlowController({}, () => 0);
    expect(() => controller.canSend({ messages: -1, bytes: Number.NaN })).toThrow(
      "messages (-1) must be a finite number from 0\nbytes (NaN) must be a finite number from 0",
    );
  });

  test("bytes that are undefined are absent", () => {
    const controller = new FlowController({}, () => 0);
    expect(controller.canSend({ messages: 1, bytes: undefined })).toBe(true);
  });
});

test("what a controller is made of and told is checked", () => {
  expect(() => new FlowController({ maxMessages: 0 }, () => 0)).toThrow(ConfigurationError);
  expect(() => new FlowController({}, 5 as never)).toThrow("now must be a function");
  const controller = new FlowController({}, () => 0);
  expect(() => controller.waitIfNeeded({ messages: 1 }, 5 as never)).toThrow("sleep must be");
  for (const bytes of [-1, Number.NaN, "1"] as Array<number>) {
    expect(() => controller.recordSent(bytes)).toThrow(RangeError);
    expect(() => controller.recordDropped(bytes)).toThrow(RangeError);
  }
  expect(controller.getStats().sent).toEqual({ messages: 0, bytes: 0 });
});
