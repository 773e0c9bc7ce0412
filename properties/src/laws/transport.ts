/** R21: what is owed to a transport. */
import { type Law, list } from "./Law.js";

export const nothingUnderPressure: Law = {
  rule: "R21",
  law: "nothing is sent to the transport while it is under pressure or after its end, and nothing twice",
  needs: ["transport"],
  traces: { sends: true, cancels: true, closes: true, silence: true },
  reaches: ["full", "drained", "drained silently", "closed"],
  check({ after, delivered }) {
    if (after.misuse.length > 0) {
      return { expected: "nothing that a socket does not forgive", found: after.misuse.join(", ") };
    }
    const kept = delivered.filter((message) => after.held.includes(message));
    if (kept.length === 0) return true;
    return { expected: `${list(kept)} is never sent again: it was accepted`, found: "it is kept" };
  },
};
