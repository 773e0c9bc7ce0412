/** The conformance kit: one case for each check, whatever runs them. */
import { type ConfigurationOptions, configuration } from "@sluice/core";
import fc from "fast-check";
import { Breach } from "../Breach.js";
import { expectSubject } from "../boundary/SubjectError.js";
import { checks } from "../checks.js";
import { configurations, restricted } from "../generators/configurations.js";
import { isWithin, type TraceScope, traces } from "../generators/traces.js";
import { guarded, HangError } from "../HangGuard.js";
import { Coverage } from "../Landmark.js";
import { ending, type Trace } from "../Operation.js";
import { type Check, title } from "../Rule.js";
import type { Capability, Subject } from "../System.js";
import { type Budget, quick } from "./Budget.js";
import { addToCorpus, type Regression, readCorpus } from "./Regression.js";
import { timeline } from "./Timeline.js";
import type { Verdict } from "./Verdict.js";

/** What to try, and how much of it. */
export interface ConformanceOptions {
  /** One configuration, or an arbitrary of them; small ones of every kind unless said. */
  readonly configuration?: ConfigurationOptions | fc.Arbitrary<ConfigurationOptions>;
  /** {@link quick} unless said. */
  readonly budget?: Partial<Budget>;
  /** The folder of regressions: those of each rule are replayed before anything else is tried. */
  readonly corpus?: string;
  /** Whether a new counterexample is added to the corpus; false by default. */
  readonly record?: boolean;
  /** To try the same again. */
  readonly seed?: number;
}

/** A check of one subject, ready to run. */
export interface Case {
  readonly check: Check;
  /** `R8 · an arrival when full evicts from the head only`. */
  readonly title: string;
  /** Why it cannot be run; undefined when it can. */
  readonly skipped: string | undefined;
  /** Never throws: whatever the system does is in the verdict. */
  readonly run: () => Promise<Verdict>;
}

/**
 * The cases of a subject, in the order of the rules.
 *
 * @throws {SubjectError} when the subject is none, such as with a capability that there is not.
 * @throws {ConfigurationError} when the given configuration is not valid.
 * @throws {RegressionError} when a file of the corpus cannot be read.
 *
 * @example
 * ```ts
 * import { cases, outbox } from "@sluice/properties";
 *
 * const [first] = cases(outbox, { configuration: { maxMessages: 8, overflow: "block" } });
 * const verdict = await first?.run();
 * verdict?.outcome; // => "kept"
 * ```
 */
export function cases(subject: Subject, options: ConformanceOptions = {}): ReadonlyArray<Case> {
  expectSubject(subject);
  const given = options.configuration;
  if (given !== undefined && !isArbitrary(given)) configuration(given);
  const corpus = options.corpus === undefined ? [] : readCorpus(options.corpus);
  return checks.map((check) => {
    const skipped = whyNot(check, subject, options);
    return {
      check,
      title: title(check),
      skipped,
      run: async () =>
        skipped === undefined
          ? run(check, subject, options, corpus)
          : { check, runs: 0, outcome: "skipped", reason: skipped },
    };
  });
}

/** Runs every case; see {@link cases}. */
export async function conform(
  subject: Subject,
  options: ConformanceOptions = {},
): Promise<ReadonlyArray<Verdict>> {
  const verdicts: Array<Verdict> = [];
  for (const one of cases(subject, options)) verdicts.push(await one.run());
  return verdicts;
}

/**
 * Replays a counterexample.
 *
 * @throws {Error} with the timeline, when it still breaks its rule.
 */
export async function replay(subject: Subject, regression: Regression): Promise<void> {
  expectSubject(subject);
  for (const check of checks) {
    const story = await replayed(check, subject, regression);
    if (story !== undefined) throw new Error(story);
  }
}

/** The story of a breach; undefined when the rule is kept, or when the check is not about such a trace. */
async function replayed(
  check: Check,
  subject: Subject,
  regression: Regression,
): Promise<string | undefined> {
  const { rule, configuration: given, trace } = regression;
  if (check.rule !== rule || !isWithin(trace, check.traces ?? {})) return undefined;
  if (whyNot(check, subject, { configuration: given }) !== undefined) return undefined;
  const options = restricted(given, check.configurations ?? {});
  try {
    const what = `${subject.name}, ${title(check)}\n${JSON.stringify(regression)}`;
    await guarded(what, () => check.judge({ subject, options, trace }));
    return undefined;
  } catch (error) {
    return timeline(subject.name, check, asBreach(error, options, trace), regression);
  }
}

async function run(
  check: Check,
  subject: Subject,
  options: ConformanceOptions,
  corpus: ReadonlyArray<Regression>,
): Promise<Verdict> {
  for (const regression of corpus) {
    const story = await replayed(check, subject, regression);
    if (story === undefined) continue;
    return { check, runs: 0, outcome: "broken", timeline: story, counterexample: regression };
  }
  return search(check, subject, options);
}

/** Looks for a trace that breaks the rule, and is not content with too few, or with such as get nowhere. */
async function search(
  check: Check,
  subject: Subject,
  { configuration: given, budget: some, record = false, corpus, seed }: ConformanceOptions,
): Promise<Verdict> {
  const budget = { ...quick, ...some };
  const coverage = new Coverage(check.reaches, subject.capabilities);
  let hasHung = false;
  const property = fc.asyncProperty(
    trials(check, subject, given),
    async ([options, trace]: readonly [ConfigurationOptions, Trace]) => {
      // What hangs is not shrunk: every attempt would take all of the patience.
      if (hasHung) return;
      const what = `${subject.name}, ${title(check)}\n${JSON.stringify({ configuration: options, trace })}`;
      const history = await guarded(what, () => check.judge({ subject, options, trace })).catch(
        (error) => {
          hasHung = error instanceof Breach && error.cause instanceof HangError;
          throw error;
        },
      );
      coverage.add(history);
    },
  );
  const until = performance.now() + budget.millis;
  let runs = 0;
  let details: fc.RunDetails<[readonly [ConfigurationOptions, Trace]]>;
  // What has not been reached by chance may be, with some more luck.
  for (let rounds = 0; ; rounds++) {
    details = await fc.check(property, {
      numRuns: budget.runs,
      interruptAfterTimeLimit: Math.max(0, until - performance.now()),
      ...(seed !== undefined && { seed: seed + rounds }),
    });
    runs += details.numRuns;
    const isMissing = !details.failed && coverage.missing.length > 0;
    if (!isMissing || rounds === extraRounds || performance.now() > until) break;
  }
  if (details.counterexample !== null) {
    const [[shrunk, trace]] = details.counterexample;
    const breach = asBreach(details.errorInstance, shrunk, trace);
    const counterexample: Regression = {
      name: `${subject.name}: expected ${breach.expected}, found ${breach.found.split("\n")[0]}`,
      rule: check.rule,
      configuration: shrunk,
      trace,
    };
    if (record && corpus !== undefined) addToCorpus(corpus, counterexample);
    const story = timeline(subject.name, check, breach, counterexample);
    return { check, runs, outcome: "broken", timeline: story, counterexample };
  }
  if (runs < budget.minRuns) {
    const reason = `only ${runs} traces in ${budget.millis} ms, at least ${budget.minRuns} are wanted`;
    return { check, runs, outcome: "inconclusive", reason };
  }
  if (coverage.missing.length > 0) {
    const reason = `no trace reached: ${coverage.missing.join(", ")}. What was tried proves too little`;
    return { check, runs, outcome: "inconclusive", reason };
  }
  return { check, runs, outcome: "kept", reached: coverage.reached };
}

/** How often as many runs again are made, at the most, while something worth reaching has not been reached. */
const extraRounds = 4;

/** Why a check says nothing about a subject with these configurations. */
function whyNot(
  { needs, configurations: scope = {} }: Check,
  subject: Subject,
  { configuration: given }: ConformanceOptions,
): string | undefined {
  const missing = needs.filter((need) => !subject.capabilities.includes(need));
  if (missing.length > 0) return `${subject.name} has no ${missing.join(", ")}`;
  const { overflow } = scope;
  if (overflow === undefined) return undefined;
  if (!overflow.some((strategy) => subject.strategies.includes(strategy))) {
    return `${subject.name} has no strategy ${overflow.join(", ")}`;
  }
  if (given === undefined) return undefined;
  const tried = isArbitrary(given) ? fc.sample(given, 100) : [given];
  const own = new Set(tried.map((options) => configuration(options).overflow));
  if (overflow.some((strategy) => own.has(strategy))) return undefined;
  return `it is about ${overflow.join(", ")}, not ${[...own].join(", ")}`;
}

function trials(
  check: Check,
  subject: Subject,
  given: ConformanceOptions["configuration"],
): fc.Arbitrary<readonly [ConfigurationOptions, Trace]> {
  const { configurations: scope = {} } = check;
  const strategies = subject.strategies.filter(
    (strategy) => scope.overflow?.includes(strategy) ?? true,
  );
  const has = (capability: Capability) => subject.capabilities.includes(capability);
  const wanted = {
    ...scope,
    overflow: strategies,
    withoutBytes: scope.withoutBytes === true || !has("bytes"),
    withoutDelays: scope.withoutDelays === true || !has("delays"),
  };
  const asWanted = (options: ConfigurationOptions) => restricted(options, wanted);
  const fit = fitted(check.traces ?? {}, has);
  if (given === undefined) return fc.tuple(configurations(wanted), traces(fit));
  if (!isArbitrary(given)) {
    const options = asWanted(configuration(given));
    return fc.tuple(fc.constant(options), traces({ ...fit, fit: configuration(options) }));
  }
  // A sample has shown that there are such configurations: see whyNot.
  return given
    .filter((options) => strategies.includes(configuration(options).overflow))
    .map(asWanted)
    .chain((options) =>
      fc.tuple(fc.constant(options), traces({ ...fit, fit: configuration(options) })),
    );
}

/** Of what a check would like to happen, what a system can do. */
function fitted(scope: TraceScope, has: (capability: Capability) => boolean): TraceScope {
  const { offers = true, sends = false, cancels = false, callbacks = false } = scope;
  const { jumps = false, closes = false, silence = false } = scope;
  return {
    ...scope,
    offers: has("offer") && (offers || !has("send")),
    sends: has("send") && (sends || !has("offer")),
    time: has("time"),
    cancels: cancels && has("cancel"),
    callbacks: callbacks && has("callbacks"),
    jumps: jumps && has("clock"),
    closes: closes && has("close"),
    silence: silence && has("watchdog"),
    uncounted: !has("counted drains"),
    ...(has("bytes") ? {} : { bytes: 0 }),
  };
}

function isArbitrary(
  given: NonNullable<ConformanceOptions["configuration"]>,
): given is fc.Arbitrary<ConfigurationOptions> {
  return given instanceof fc.Arbitrary;
}

/** What a check throws that is not a breach is the system's doing all the same. */
function asBreach(error: unknown, options: ConfigurationOptions, trace: Trace): Breach {
  if (error instanceof Breach) return error;
  const history = {
    configuration: configuration(options),
    trace: [...trace, ...ending],
    entries: [],
  };
  const found = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Breach(history, { expected: "something that can be judged", found });
}
