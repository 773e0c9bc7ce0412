/** A row of what was found with Sluice and, beside it, without. */
import type { Expectations, Fault } from "./Fault.js";
import type { Row } from "./Row.js";
import { byKernel } from "./Stage.js";
import type { Outcome } from "./Trial.js";

export function judged(
  fault: Fault,
  adapter: string,
  ours: Outcome,
  control: Outcome | string | undefined,
): Row {
  const { difference, look, lateness, leaks, configuration } = ours;
  const { residentBytes, p99Millis, words } = beside(control);
  const peakBytes = Math.max(0, ...victimEntries(ours).map((entry) => entry.peakBytes));
  return {
    fault: fault.name,
    what: fault.what,
    adapter,
    by: byWhom(fault),
    cases: difference.connections,
    difference: difference.messages,
    peakBytes,
    boundBytes: configuration.maxBytes,
    residentBytes: look.peakResidentBytes,
    controlResidentBytes: residentBytes,
    p99Millis: lateness.p99,
    controlP99Millis: p99Millis,
    detectMillis: fromStrike(ours, "reportedMillis"),
    evictMillis: fault.expects.evicted ? fromStrike(ours, "closedMillis") : null,
    recoverMillis: ours.recoverMillis ?? null,
    leaks: leaks.length,
    control: words,
    problems: [
      ...difference.words,
      ...(peakBytes > configuration.maxBytes ? [`an outbox held ${peakBytes} bytes`] : []),
      ...leaks.map((leak) => `left over: ${leak}`),
      ...ours.problems,
      ...unmet(fault.expects, ours),
    ],
  };
}

function byWhom({ by, setting: { way = "nothing" } = {} }: Fault): string {
  if (way === "nothing") return by;
  const doer = byKernel(way) ? "kernel" : "proxy";
  return by === "" ? doer : `${by}, ${doer}`;
}

/** What the server without flow control came to, or how it ended. */
function beside(control: Outcome | string | undefined) {
  if (control === undefined || typeof control === "string") {
    return { residentBytes: null, p99Millis: null, words: control ?? "" };
  }
  const { look, lateness } = control;
  return { residentBytes: look.peakResidentBytes, p99Millis: lateness.p99, words: "" };
}

/** From the fault on, the last of the victims; null when it does not hold for all of them. */
function fromStrike(ours: Outcome, when: "reportedMillis" | "closedMillis"): number | null {
  const victims = victimsOf(ours);
  const millis = victims.map((sight) => sight[when]).filter((at) => at !== null);
  if (millis.length === 0 || millis.length < victims.length) return null;
  return (
    Math.max(...millis) - (when === "reportedMillis" ? ours.firstStruckMillis : ours.struckMillis)
  );
}

function victimEntries({ servers }: Outcome) {
  return servers.filter(({ client }) => client.startsWith("/victim"));
}

function victimsOf({ look }: Outcome) {
  return look.sights.filter(({ client }) => client.startsWith("/victim"));
}

function unmet(expects: Expectations, ours: Outcome): ReadonlyArray<string> {
  const problems: Array<string> = [];
  const victims = victimsOf(ours);
  const count = (what: string, some: number) => {
    if (some > 0) problems.push(`${some} of ${victims.length} victims were not ${what}`);
  };
  if (expects.reported) {
    count("reported", victims.filter(({ reportedMillis }) => reportedMillis === null).length);
  }
  if (expects.evicted) {
    count("evicted", victims.filter(({ closedBy }) => closedBy !== "eviction").length);
  }
  if (expects.spared) {
    count("spared", victims.filter(({ closedMillis }) => closedMillis !== null).length);
  }
  if (expects.gone) {
    count("let go of", victims.filter(({ closedMillis }) => closedMillis === null).length);
  }
  if (expects.closed) {
    count("closed in order", victims.filter(({ closedBy }) => closedBy !== "close").length);
  }
  if (expects.recovers && ours.recoverMillis === null) problems.push("victims did not recover");
  if (!expects.costsHealthy) problems.push(...lossesOfHealthy(ours));
  return problems;
}

function lossesOfHealthy({ servers }: Outcome): ReadonlyArray<string> {
  const healthy = servers.filter(({ client }) => client.startsWith("/healthy"));
  const lossy = healthy.filter(({ dropped, rejected }) => dropped + rejected > 0).length;
  const gone = healthy.filter(({ closedBy }) => closedBy !== null).length;
  return [
    ...(lossy > 0 ? [`${lossy} healthy clients lost messages`] : []),
    ...(gone > 0 ? [`${gone} healthy clients lost their connection`] : []),
  ];
}
