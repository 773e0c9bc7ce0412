/** The simulation: a seed is one run and no other, nothing of this thread is kept, and what is broken is found and cut short. */
import { FlowControlledServer } from "@sluice/runtime/adapter";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { inWords, play, shrunk, tell } from "../src/index.js";
import { corpus } from "./corpus.js";

const seedsOf = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => from + at);

describe("a story", () => {
  test.each(corpus)("$rule · $name: it holds", async ({ story }) => {
    expect((await play(story)).violation).toBeUndefined();
  });

  test("is the same whenever it is played, to the letter", async () => {
    for (const seed of seedsOf(1, 20)) {
      const [once, again]: [Array<string>, Array<string>] = [[], []];
      const { story } = await tell(seed);
      const first = await play(story, (line) => once.push(line));
      const second = await play(story, (line) => again.push(line));
      expect(again).toEqual(once);
      expect(second).toEqual(first);
    }
  });

  test("of another seed is another", async () => {
    const digests = await Promise.all([(await tell(1)).digest, (await tell(2)).digest]);
    expect(digests[0]).not.toBe(digests[1]);
  });

  test("gives back the clocks and timers of its thread", async () => {
    const before = [setTimeout, setImmediate, Date.now, Math.random, performance.now];
    await tell(3);
    expect([setTimeout, setImmediate, Date.now, Math.random, performance.now]).toEqual(before);
  });

  test("keeps every rule, for the first seeds", async () => {
    for (const seed of seedsOf(1, 200))
      expect((await tell(seed)).violation, `${seed}`).toBeUndefined();
  });
});

test("what is broken is found, and told by the shortest story that shows it", async () => {
  const { broadcast } = FlowControlledServer.prototype;
  const forgetful = vi.spyOn(FlowControlledServer.prototype, "broadcast");
  onTestFinished(() => forgetful.mockRestore());
  forgetful.mockImplementation(function (this: FlowControlledServer<object>, ...given) {
    const [message] = given;
    return typeof message === "string" && message.length > 1_000
      ? { accepted: 0, rejected: 0 }
      : broadcast.apply(this, given);
  });
  let found: Awaited<ReturnType<typeof tell>>["violation"];
  let seed = 0;
  while (found === undefined && seed < 500) found = (await tell(++seed)).violation;
  expect(found?.rule).toBe("R38");
  const { story, violation } = await shrunk(seed, "R38");
  expect(violation.rule).toBe("R38");
  expect(story.clients.length).toBe(1);
  expect(inWords(story).join("\n")).toContain("bytes are broadcast");
});
