/** What a client has read, as far as its pongs say; a client that lies about it can only harm itself. */
import { describe, expect, test } from "vitest";
import { Probe } from "../src/adapter/Probe.js";

const worthBytes = 64 * 1024;

/** A probe, the pings that it has sent, and the pong of a client that answers one of them. */
function probing() {
  const pings: Array<string> = [];
  const probe = new Probe({ ping: (payload) => pings.push(payload) });
  const pong = (payload: string) => probe.hear(new TextEncoder().encode(payload).buffer);
  return { probe, pings, pong, latest: () => pings.at(-1) as string };
}

describe("a client is asked", () => {
  test("in time, when it has been sent 64 KiB since, and neither before nor for less", () => {
    const { probe, pings } = probing();
    const inTime = (bytes: number) => {
      probe.sent(bytes);
      const before = pings.length;
      probe.askInTime();
      return pings.length - before;
    };
    expect([worthBytes - 1, 1, worthBytes - 1, 1, 2 ** 30].map(inTime)).toEqual([0, 1, 0, 1, 1]);
    // However much it is sent, it is asked in time, and not at once.
    probe.sent(2 ** 30);
    expect(pings).toHaveLength(3);
  });

  test("counted from when it was asked last, whatever for", () => {
    const { probe, pings } = probing();
    probe.sent(worthBytes - 1);
    probe.ask();
    probe.sent(worthBytes - 1);
    probe.askInTime();
    expect(pings).toHaveLength(1);
  });

  test("with a payload that a control frame can carry, and no two positions alike", () => {
    const { probe, pings } = probing();
    for (let at = 0; at < 3; at++) {
      probe.sent(2 ** 40);
      probe.ask();
    }
    expect(new Set(pings).size).toBe(3);
    for (const ping of pings) expect(Buffer.byteLength(ping)).toBeLessThanOrEqual(125);
  });
});

describe("a client has read everything", () => {
  test("that it was never sent", () => {
    expect(probing().probe.isRead).toBe(true);
  });

  test("when it has answered behind the last byte, and not when more has been sent since", () => {
    const { probe, pong, latest } = probing();
    probe.sent(10);
    expect(probe.isRead).toBe(false);
    probe.ask();
    expect(probe.isRead).toBe(false);
    pong(latest());
    expect(probe.isRead).toBe(true);
    probe.sent(1);
    expect(probe.isRead).toBe(false);
  });

  test("though it answers the latest ping only", () => {
    const { probe, pong, latest } = probing();
    for (let at = 0; at < 5; at++) {
      probe.sent(1);
      probe.ask();
    }
    pong(latest());
    expect(probe.isRead).toBe(true);
  });
});

describe("a client has answered", () => {
  test("once a pong of ours has come, though nothing was sent before it", () => {
    const { probe, pong, latest } = probing();
    expect(probe.hasAnswered).toBe(false);
    probe.ask();
    expect(probe.hasAnswered).toBe(false);
    pong(latest());
    expect(probe.hasAnswered).toBe(true);
  });

  test.each([
    ["a position that it was never asked", "sluice 11"],
    ["a number beyond all numbers", `sluice ${"9".repeat(400)}`],
  ])("not with %s, which is a pong of ours and changes nothing", (_, payload) => {
    const { probe, pong } = probing();
    probe.sent(10);
    probe.ask();
    probe.sent(1);
    expect(pong(payload)).toBe(true);
    expect(probe.hasAnswered).toBe(false);
    expect(probe.isRead).toBe(false);
  });

  test("a stale pong takes nothing back", () => {
    const { probe, pong, pings } = probing();
    probe.sent(10);
    probe.ask();
    probe.sent(10);
    probe.ask();
    for (const ping of [...pings].reverse()) expect(pong(ping)).toBe(true);
    expect(probe.isRead).toBe(true);
  });
});

test.each([
  [""],
  ["mine"],
  ["sluice"],
  ["a sluice 0"],
  ["Sluice 0"],
  ["sluice -1"],
  ["sluice x"],
  ["sluice gate 7"],
  ["sluice 0 "],
])("a pong %j is its owner's, and changes nothing", (payload) => {
  const { probe, pong } = probing();
  probe.ask();
  expect(pong(payload)).toBe(false);
  expect(probe.hasAnswered).toBe(false);
});
