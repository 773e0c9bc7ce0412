/** R20, R22, R25: what must come about, and what must be over at the end. */
import { type Configuration, configuration } from "@sluice/core";
import { Breach, type Finding } from "../Breach.js";
import { anything } from "../generators/traces.js";
import { entriesOf, type History } from "../History.js";
import { everything, type Operation, type Trace } from "../Operation.js";
import { play } from "../Player.js";
import type { Check, Trial } from "../Rule.js";

/** Time for every delay and deadline to pass. */
const longEnough = (given: Configuration): Operation => ({
  op: "advance",
  millis: Math.ceil(
    given.maxDelayMillis +
      given.pauseDurationMillis +
      given.blockTimeoutMillis +
      given.closeTimeoutMillis +
      given.watchdogMillis,
  ),
});

/** Drains, time, and no offers: what R22 states. More than once, because who is let in fills it again. */
const calm = (given: Configuration): Trace =>
  Array<Trace>(3)
    .fill([{ op: "drain", count: everything }, longEnough(given)])
    .flat();

export const recovers: Check = {
  rule: "R22",
  law: "if the transport keeps draining and offers end, the buffer empties and the state becomes normal",
  needs: [],
  traces: anything,
  reaches: ["full", "drained", "paused", "dropping", "resumed", "waited"],
  judge: after(calm, function* (history) {
    const { buffered, state } = entriesOf(history, "moment").at(-1)?.stats ?? {};
    if (buffered?.messages !== 0) {
      yield { expected: "an empty buffer", found: `${buffered?.messages} messages` };
    }
    if (!["normal", "closed", "closing"].includes(state ?? "")) {
      yield { expected: "normal", found: `${state}` };
    }
  }),
};

export const watchdogFinds: Check = {
  rule: "R25",
  law: "a drain that never comes is survived: the watchdog finds the room",
  needs: ["watchdog", "time", "statistics"],
  traces: { sends: true, cancels: true, silence: true },
  reaches: ["full", "drained silently", "waited"],
  judge: after(
    (given) => [
      { op: "drain", count: everything, silently: true },
      longEnough(given),
      longEnough(given),
    ],
    function* (history) {
      const { messages } = entriesOf(history, "moment").at(-1)?.stats.buffered ?? {};
      if (messages !== 0) yield { expected: "everything delivered", found: `${messages} left` };
    },
  ),
};

export const nothingRemains: Check = {
  rule: "R20",
  law: "after a disconnection at any moment no timer, fiber, entry in line or listener remains",
  needs: ["close", "resources"],
  traces: { sends: true, cancels: true, closes: true, silence: true },
  reaches: ["waited", "closed"],
  judge: after(
    () => [{ op: "disconnect" }],
    function* (history) {
      for (const entry of entriesOf(history, "over")) {
        const { remains } = entry;
        if (remains.length > 0) yield { entry, expected: "nothing", found: remains.join(", ") };
      }
    },
  ),
};

/** Judges by the history of the trace and of what follows it, and nothing else: the ending would put it right. */
function after(
  last: (given: Configuration) => Trace,
  find: (history: History) => Iterable<Finding>,
) {
  return async ({ subject, options, trace }: Trial): Promise<History> => {
    const history = await play(subject, options, [...trace, ...last(configuration(options))]);
    for (const finding of find(history)) throw new Breach(history, finding);
    return history;
  };
}
