/** The kit is to be trusted: whatever a system does, it ends with a report that says which and where. */
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Capability,
  cases,
  checks,
  configurations,
  conform,
  inWords,
  type MakeSystem,
  outbox,
  outboxSystem,
  readCorpus,
  rules,
  type Subject,
  type System,
  type Verdict,
} from "@sluice/properties";
import { describe, expect, test } from "vitest";

const altered = (name: string, change: (system: System) => Partial<System>): Subject => ({
  ...outbox,
  name,
  make: (given, observe) => {
    const system = outboxSystem(given, observe);
    return { ...system, ...change(system) };
  },
});

/** The verdicts on one rule. */
async function verdictsOn(
  rule: string,
  subject: Subject,
  options: Parameters<typeof cases>[1] = {},
): Promise<ReadonlyArray<Verdict>> {
  const mine = cases(subject, options).filter(({ check }) => check.rule === rule);
  return Promise.all(mine.map(({ run }) => run()));
}

describe("a system under test", () => {
  test("that throws is reported, with the operation", async () => {
    const subject = altered("it", ({ offer }) => ({
      offer: (message) => {
        if (message.bytes === 3) throw new Error("I do not like threes");
        return offer?.(message) as never;
      },
    }));
    const [verdict] = await verdictsOn("R3", subject);
    expect(verdict?.outcome).toBe("broken");
    const words = inWords(verdict as Verdict);
    expect(words).toContain("I do not like threes");
    // The operation that it was, or the one in whose callback it was.
    expect(words).toMatch(/^> +\d+ +\d+ ms +\w/m);
    expect(words).toContain('"bytes":3');
  });

  test("that throws while it is made is reported", async () => {
    const make: MakeSystem = () => {
      throw new Error("nobody home");
    };
    const [verdict] = await verdictsOn("R3", { ...outbox, make });
    expect(inWords(verdict as Verdict)).toContain("nobody home");
  });

  test("that never answers is reported, with the operation", { timeout: 600_000 }, async () => {
    const subject = altered("it", () => ({ drain: () => new Promise(() => {}) }));
    const [one] = cases(subject, { budget: { runs: 1 }, configuration: { maxMessages: 1 } });
    const verdict = await one?.run();
    expect(inWords(verdict as Verdict)).toMatch(/has not returned within 5000 ms/);
    expect(inWords(verdict as Verdict)).toMatch(/drain/);
  });

  test("whose statistics are none is reported", async () => {
    const subject = altered("it", () => ({ stats: () => ({ state: "fine" }) as never }));
    for (const verdict of await verdictsOn("R1", subject)) expect(verdict.outcome).toBe("broken");
  });

  test("that claims what it has not is reported", async () => {
    const capabilities: ReadonlyArray<Capability> = [...outbox.capabilities, "transport"];
    const verdicts = await verdictsOn("R21", { ...outbox, name: "a boaster", capabilities });
    expect(verdicts.map(inWords).join()).toMatch(/a boaster .*claims transport.*no misuse/s);
  });
});

test("a system that never returns ends the process with a report, from another thread", {
  timeout: 600_000,
}, () => {
  const url = new URL("../dist/index.js", import.meta.url).href;
  const script = `
    import { cases, outbox, outboxSystem } from ${JSON.stringify(url)};
    const make = (given, observe) => ({ ...outboxSystem(given, observe), drain: () => { for (;;); } });
    const [one] = cases({ ...outbox, name: "a busy one", make });
    await one.run();
    console.log("it passed");
  `;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", script],
    { encoding: "utf8", timeout: 500_000, killSignal: "SIGKILL" },
  );
  expect(status).not.toBe(0);
  expect(stdout).not.toContain("passed");
  expect(stderr).toMatch(/It hangs.*a busy one, R1 · .*"trace":\[/s);
});

describe("a budget", () => {
  test("is never green below its minimum", async () => {
    const budget = { runs: 1_000_000, minRuns: 500_000, millis: 100 };
    const [verdict] = await verdictsOn("R3", outbox, { budget });
    expect(verdict?.outcome).toBe("inconclusive");
    expect(inWords(verdict as Verdict)).toMatch(/only \d+ traces in 100 ms, at least 500000/);
  });

  test("that gets nowhere interesting is not green", async () => {
    const lazy = altered("lazy", ({ offer }) => ({
      offer: (message) => (message.id % 100 === 0 ? offer?.(message) : undefined) as never,
    }));
    const verdicts = await verdictsOn("R7", {
      ...lazy,
      make: (given, observe) => {
        const system = outboxSystem(given, observe);
        return { ...system, offer: () => ({ _tag: "Rejected", reason: "full" }) };
      },
    });
    expect(verdicts.map(({ outcome }) => outcome)).not.toContain("kept");
  });
});

describe("cases", () => {
  test("there is one for each check, and what a system lacks is skipped with the reason", () => {
    const subject: Subject = {
      ...outbox,
      name: "a small one",
      capabilities: ["offer"],
      strategies: ["drop-newest"],
    };
    const all = cases(subject);
    expect(all).toHaveLength(checks.length);
    const skipped = all.flatMap((one) => (one.skipped === undefined ? [] : [one.skipped]));
    expect(skipped).toContain("a small one has no statistics");
    expect(skipped).toContain("a small one has no strategy drop-oldest");
    const ran = all.filter((one) => one.skipped === undefined).map(({ check }) => check.rule);
    expect(ran).toEqual(["R3", "R5", "R6", "R7", "R22", "R28", "R29", "R31"]);
  });

  test("a configuration of one's own is tried at its own size", { timeout: 600_000 }, async () => {
    const own = { maxMessages: 200, maxBytes: 100_000, overflow: "drop-newest" } as const;
    const verdicts = await conform(outbox, {
      configuration: own,
      budget: { runs: 40, minRuns: 20, millis: 300_000 },
    });
    const of = (outcome: string) => verdicts.filter((verdict) => verdict.outcome === outcome);
    expect(of("broken").concat(of("inconclusive")).map(inWords)).toEqual([]);
    expect(of("skipped").map(({ check }) => check.rule)).toEqual(
      expect.arrayContaining(["R8", "R9", "R10"]),
    );
  });

  test("an arbitrary of configurations is tried", { timeout: 600_000 }, async () => {
    const verdicts = await conform(outbox, {
      configuration: configurations({ overflow: ["block", "drop-oldest"] }),
      budget: { runs: 60, minRuns: 30 },
    });
    expect(verdicts.filter(({ outcome }) => outcome === "broken").map(inWords)).toEqual([]);
  });

  test("a configuration that is not valid is refused", () => {
    expect(() => cases(outbox, { configuration: { maxMessages: 0 } })).toThrow(/maxMessages/);
  });
});

test("a counterexample is recorded in the corpus, and found there on the next run", async () => {
  const corpus = mkdtempSync(join(tmpdir(), "corpus-"));
  const leaky = altered("a leaky one", ({ stats }) => ({
    stats: () => ({ ...stats(), offered: { messages: 0, bytes: 0 } }),
  }));
  const [found] = await verdictsOn("R1", leaky, { corpus, record: true });
  expect(found?.outcome).toBe("broken");
  expect(readCorpus(corpus).map(({ rule }) => rule)).toEqual(["R1"]);
  const [again] = await verdictsOn("R1", leaky, { corpus, budget: { runs: 1 } });
  expect(again).toMatchObject({ outcome: "broken", runs: 0 });
});

test("the same seed tries the same traces", async () => {
  const tried = async () => {
    const seen: Array<string> = [];
    const subject: Subject = {
      ...outbox,
      make: (given, observe) => {
        seen.push(JSON.stringify(given));
        return outboxSystem(given, observe);
      },
    };
    await verdictsOn("R3", subject, { seed: 7, budget: { runs: 20, minRuns: 1 } });
    return seen;
  };
  expect(await tried()).toEqual(await tried());
});

test("every check is of a rule", () => {
  const numbers = new Set(rules.map(({ id }) => id));
  expect(checks.filter(({ rule }) => !numbers.has(rule))).toEqual([]);
});
