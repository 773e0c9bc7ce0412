/** Whether state and fill agree: the marks are computed here once more, from what the configuration says. */
import type { Configuration, Statistics, Volume } from "@sluice/core";
import type { Breach } from "./ledger.js";

const ladder = ["normal", "throttled", "paused", "dropping"];
const rounding = 1e-9;

const reached = (level: number, capacity: number) => Math.ceil(level * capacity - rounding);

/** The largest count at which the mark of a rung is cleared. */
function cleared(rung: number, configuration: Configuration, capacity: number): number {
  const { throttleAt, pauseAt, hysteresis } = configuration;
  const level = [0, throttleAt, pauseAt, 1][rung] as number;
  const count = Math.floor((level - hysteresis) * capacity + rounding);
  return Math.max(0, Math.min(count, reached(level, capacity) - 1));
}

function isCleared(rung: number, configuration: Configuration, { messages, bytes }: Volume) {
  const { maxMessages, maxBytes } = configuration;
  return (
    messages <= cleared(rung, configuration, maxMessages) &&
    bytes <= cleared(rung, configuration, maxBytes)
  );
}

/** Where nothing is under way. */
export function stateBreach(configuration: Configuration, now: Statistics): Breach | undefined {
  const rung = ladder.indexOf(now.state);
  if (rung < 0) return undefined;
  const { maxMessages, maxBytes, throttleAt, pauseAt } = configuration;
  const { messages, bytes } = now.buffered;
  const level = [throttleAt, pauseAt][rung];
  if (
    level !== undefined &&
    (messages >= reached(level, maxMessages) || bytes >= reached(level, maxBytes))
  ) {
    return ["R15", `${now.state} with ${messages} messages and ${bytes} bytes held`];
  }
  if (rung > 0 && isCleared(rung, configuration, now.buffered)) {
    return ["R15", `${now.state} still with ${messages} messages and ${bytes} bytes held`];
  }
  return undefined;
}

/** A step down leaves a mark that has been cleared. */
export function stepBreach(
  configuration: Configuration,
  states: { readonly from: string; readonly to: string },
  held: Volume,
): Breach | undefined {
  const [from, to] = [ladder.indexOf(states.from), ladder.indexOf(states.to)];
  if (from < 0 || to < 0 || from === to) return undefined;
  if (Math.abs(from - to) > 1) return ["R15", `a step from ${states.from} to ${states.to}`];
  if (to > from || isCleared(from, configuration, held)) return undefined;
  const { messages, bytes } = held;
  return ["R16", `${states.from} was left with ${messages} messages and ${bytes} bytes held`];
}
