/** Stories that once broke a rule. Values and no seeds: what a seed means changes with what is drawn. */
import type { Story } from "../src/index.js";

type Step = Story["steps"][number];
type Client = Story["clients"][number];

const step = (
  operation: Step["operation"],
  given: Partial<Omit<Step, "operation">> = {},
): Step => ({
  ...{ operation, afterMillis: 0, place: "", client: 0, channel: 0, bytes: 8, count: 1, millis: 0 },
  ...given,
});

const client = (given: Partial<Client> = {}): Client => ({
  ...{ bytesPerMilli: 10, roundTripMillis: 1, temper: "steady", fromMillis: 0 },
  ...{ kernelBytes: 300, answers: "all", drains: "told" },
  ...given,
});

const server = (given: Partial<Story["server"]> = {}): Story["server"] => ({
  ...{ closes: "at once", configurations: [{ maxMessages: 10 }], maxTotalBytes: "off" },
  ...{ topics: false, lines: false, limits: false, idleTimeoutMillis: 0, waits: true },
  ...given,
});

/** Both read what is for many past their outboxes when a second has passed. */
const reading = [
  step("broadcast"),
  step("wait", { afterMillis: 1_500 }),
  step("broadcast", { afterMillis: 10 }),
];

export const corpus: ReadonlyArray<{
  readonly rule: string;
  readonly name: string;
  readonly story: Story;
}> = [
  {
    rule: "R21",
    name: "whose socket is full of what was sent past Sluice is given nothing twice",
    story: {
      server: server({ topics: true }),
      clients: [client(), client()],
      steps: [
        ...reading,
        step("own", { afterMillis: 10, bytes: 2_000 }),
        step("broadcast"),
        step("wait", { afterMillis: 1_000 }),
      ],
    },
  },
  {
    rule: "R31",
    name: "a socket that throws in the turn of all costs its own connection",
    story: {
      server: server({ topics: true }),
      clients: [client(), client()],
      steps: [
        ...reading,
        step("throw", { afterMillis: 10 }),
        step("broadcast"),
        step("wait", { afterMillis: 1_000 }),
      ],
    },
  },
  {
    rule: "R31",
    name: "a socket that throws when it is looked at in time costs its own connection",
    story: {
      server: server({ configurations: [{ maxMessages: 10, watchdogMillis: 40 }] }),
      clients: [client({ drains: "lost", bytesPerMilli: 0.1, kernelBytes: 20 })],
      steps: [
        step("burst", { count: 8 }),
        step("throw", { afterMillis: 1 }),
        step("wait", { afterMillis: 1_000 }),
      ],
    },
  },
  {
    rule: "R31",
    name: "a rung of the ladder that is due is reached: the loop does not turn for it again and again",
    story: {
      server: server({
        configurations: [
          {
            ...{ overflow: "block", maxMessages: 10, maxBytes: 1_000 },
            ...{ maxDelayMillis: 0, pauseDurationMillis: 0, evictGraceMillis: 1_000 },
            ...{ evictDropRate: 0.1, evictDropMillis: 0, evictAgeMillis: 4_000 },
          },
        ],
        waits: false,
      }),
      clients: [client({ bytesPerMilli: 100_000, kernelBytes: 20, drains: "lost" })],
      steps: [
        step("burst", { bytes: 13, count: 10 }),
        step("step clock", { millis: 10 }),
        step("offer", { afterMillis: 20 }),
      ],
    },
  },
  {
    rule: "R20",
    name: "a socket that could not say goodbye is cut off",
    story: {
      server: server(),
      clients: [client({ bytesPerMilli: 100_000, kernelBytes: 4_000_000 })],
      steps: [step("throw"), step("close"), step("wait", { afterMillis: 1_000 })],
    },
  },
  {
    rule: "R31",
    name: "a socket that throws at a goodbye that had waited costs its own connection",
    story: {
      server: server(),
      clients: [client({ kernelBytes: 30_000, answers: "late" })],
      steps: [
        step("offer"),
        step("wait", { afterMillis: 4_000 }),
        step("offer", { bytes: 600 }),
        step("close"),
        step("throw", { afterMillis: 20 }),
        step("wait", { afterMillis: 4_000 }),
      ],
    },
  },
];
