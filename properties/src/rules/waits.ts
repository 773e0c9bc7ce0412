/** How long the senders of a history waited. */
import type { Finding } from "../Breach.js";
import { type EntryOf, entriesOf, type History } from "../History.js";

export interface Wait {
  readonly arrived: EntryOf<"arrived">;
  readonly answered: EntryOf<"answered">;
  readonly millis: number;
}

/** How long each send took. */
export function waits(history: History): ReadonlyArray<Wait> {
  const arrivals = new Map(entriesOf(history, "arrived").map((entry) => [entry.message.id, entry]));
  return entriesOf(history, "answered").flatMap((answered) => {
    const arrived = arrivals.get(answered.message.id);
    if (arrived === undefined || arrived.by !== "send") return [];
    return [{ arrived, answered, millis: answered.millis - arrived.millis }];
  });
}

export const isTimeout = ({ result }: EntryOf<"answered">) =>
  result._tag === "Rejected" && result.reason === "timeout";

export function* nobodyWaits(history: History): Generator<Finding> {
  const waiting = entriesOf(history, "moment").at(-1)?.stats.waiting.messages ?? 0;
  if (waiting > 0) yield { expected: "nobody waits at the end", found: `${waiting}` };
}
