/** R1, R2, R3, R4, R11, R12: what is counted, and what bounds it. */
import { dropReasons, rejectReasons, type Statistics, total, type Volume } from "@sluice/core";
import { events } from "@sluice/machines";
import {
  bytesOf,
  evictedBy,
  isRejectedAs,
  type Law,
  type Transition,
  type Verdict,
} from "../Law.js";

function conserved(unit: "messages" | "bytes", { before, after, ...edge }: Transition): Verdict {
  const { offered, delivered, dropped, rejected, buffered, waiting } = after.stats;
  const lost = total(dropped)[unit] + total(rejected)[unit];
  const known = delivered[unit] + lost + buffered[unit] + waiting[unit];
  if (offered[unit] !== known) {
    return { expected: `${offered[unit]} offered are accounted for`, found: `${known} are` };
  }
  const sizeOf = (bytes: number, messages: number) => (unit === "bytes" ? bytes : messages);
  const held = sizeOf(bytesOf(after.held), after.held.length);
  const inLine = after.line.map(({ message }) => message);
  const line = sizeOf(bytesOf(inLine), inLine.length);
  if (held !== buffered[unit] || line !== waiting[unit]) {
    return {
      expected: `${held} ${unit} buffered, ${line} waiting`,
      found: `${buffered[unit]} and ${waiting[unit]} are counted`,
    };
  }
  const came = edge.newcomer === undefined ? 0 : sizeOf(edge.newcomer.bytes, 1);
  const left = sizeOf(bytesOf(edge.delivered), edge.delivered.length);
  const countedIn = offered[unit] - before.stats.offered[unit];
  const countedOut = delivered[unit] - before.stats.delivered[unit];
  if (countedIn !== came || countedOut !== left) {
    return {
      expected: `${came} ${unit} more offered, ${left} more delivered`,
      found: `${countedIn} and ${countedOut} more are counted`,
    };
  }
  if (after.state === "closed" && held + line > 0) {
    return {
      expected: "nothing remains after closed",
      found: `${held} ${unit} held, ${line} wait`,
    };
  }
  return true;
}

export const conservation: Law = {
  rule: "R1",
  check: (transition) => conserved("messages", transition),
};

export const conservationOfBytes: Law = {
  rule: "R2",
  check: (transition) => conserved("bytes", transition),
};

export const bounded: Law = {
  rule: "R3",
  check({ configuration: { maxMessages, maxBytes }, after, glimpses }) {
    const isOutside = ({ messages, bytes }: Volume) =>
      messages > maxMessages || bytes > maxBytes || messages < 0 || bytes < 0;
    const held = { messages: after.held.length, bytes: bytesOf(after.held) };
    const outside = isOutside(held) ? held : glimpses.find(isOutside);
    if (outside === undefined) return true;
    return {
      expected: `at most ${maxMessages} messages and ${maxBytes} bytes`,
      found: `${outside.messages} messages, ${outside.bytes} bytes`,
    };
  },
};

export const boundedWaiters: Law = {
  rule: "R4",
  check({ configuration: { maxWaiters, maxWaitingBytes }, after, glimpses }) {
    if (after.line.length === 0 && glimpses.length === 0) return undefined;
    for (const waiting of [after.line.length, ...glimpses.map((glimpse) => glimpse.waiting)]) {
      if (waiting > maxWaiters || waiting < 0) {
        return { expected: `at most ${maxWaiters} wait`, found: `${waiting} wait` };
      }
    }
    const bytes = bytesOf(after.line.map(({ message }) => message));
    if (bytes > maxWaitingBytes || bytes !== after.stats.waiting.bytes) {
      const expected = `at most ${maxWaitingBytes} bytes wait, and are counted`;
      return { expected, found: `${bytes} wait, ${after.stats.waiting.bytes} are counted` };
    }
    return true;
  },
};

export const reported: Law = {
  rule: "R11",
  check(transition) {
    const { before, after, answers, delivered } = transition;
    for (const reason of rejectReasons) {
      let told = 0;
      for (const answer of answers) if (isRejectedAs(answer, reason)) told++;
      const count = after.stats.rejected[reason].messages - before.stats.rejected[reason].messages;
      if (count === told) continue;
      return { expected: `${told} more rejected as ${reason}`, found: `${count} are counted` };
    }
    let taken = 0;
    let evictions = 0;
    for (const answer of answers) {
      if (answer.result._tag === "Accepted") taken++;
      evictions += evictedBy(answer);
    }
    const gone = before.held.length + taken - delivered.length - after.held.length;
    const [was, is] = [before.stats.dropped, after.stats.dropped];
    const evicted = is.evicted.messages - was.evicted.messages;
    const cleared = is.cleared.messages - was.cleared.messages;
    const closed = is.closed.messages - was.closed.messages;
    if (evicted + cleared !== evictions || evicted + cleared + closed !== gone) {
      return {
        expected: `${evictions} evicted or cleared, ${gone} dropped in all`,
        found: `${evicted} evicted, ${cleared} cleared, ${closed} closed are counted`,
      };
    }
    if (closed > 0 && after.state !== "closed") {
      return { expected: "nothing is dropped as closed while it is not", found: `${closed} are` };
    }
    return true;
  },
};

export const countersGrow: Law = {
  rule: "R12",
  check(transition) {
    const { operation, before, after, steps, glimpses } = transition;
    const shrunk = decreased(before.stats, after.stats);
    if (shrunk !== undefined) return { expected: "no counter decreases", found: `${shrunk} does` };
    const { peak } = after.stats;
    let most = after.held.length;
    let mostBytes = bytesOf(after.held);
    for (const { messages, bytes } of glimpses) {
      most = Math.max(most, messages);
      mostBytes = Math.max(mostBytes, bytes);
    }
    if (peak.messages < most || peak.bytes < mostBytes) {
      return {
        expected: `a peak of at least ${most} messages and ${mostBytes} bytes`,
        found: `${peak.messages} and ${peak.bytes}`,
      };
    }
    const { waiting, peakWaiting } = after.stats;
    if (peakWaiting.messages < waiting.messages || peakWaiting.bytes < waiting.bytes) {
      return {
        expected: `a peak of at least ${waiting.messages} senders of ${waiting.bytes} bytes`,
        found: `${peakWaiting.messages} and ${peakWaiting.bytes}`,
      };
    }
    const stepsOf = (name: string) => {
      let count = 0;
      for (const { event } of steps) if (events[event] === name) count++;
      return count;
    };
    const throttled = after.stats.throttleEvents - before.stats.throttleEvents;
    const paused = after.stats.pauseEvents - before.stats.pauseEvents;
    if (throttled !== stepsOf("throttle.reached") || paused !== stepsOf("pause.reached")) {
      return {
        expected: `${stepsOf("throttle.reached")} more throttles, ${stepsOf("pause.reached")} pauses`,
        found: `${throttled} and ${paused} are counted`,
      };
    }
    const pausedMillis = after.stats.pausedMillis - before.stats.pausedMillis;
    const passed = operation.op === "advance" ? operation.millis : 0;
    const isPaused = before.state === "paused" || before.state === "dropping";
    const staysPaused = isPaused && (after.state === "paused" || after.state === "dropping");
    const isWhole = steps.length === 0 || passed === 0;
    const least = isWhole && staysPaused ? passed : 0;
    const longest = isWhole && !isPaused ? 0 : passed;
    if (pausedMillis < least || pausedMillis > longest) {
      return { expected: `${least} to ${longest} ms more paused`, found: `${pausedMillis} ms` };
    }
    return true;
  },
};

const volumeNames = ["offered", "enqueued", "delivered", "peak", "peakWaiting"] as const;

/** The first counter that is less than it was. */
function decreased(before: Statistics, after: Statistics): string | undefined {
  const isLess = (now: Volume, then: Volume) =>
    now.messages < then.messages || now.bytes < then.bytes;
  for (const name of volumeNames) if (isLess(after[name], before[name])) return name;
  for (const reason of dropReasons) {
    if (isLess(after.dropped[reason], before.dropped[reason])) return `dropped ${reason}`;
  }
  for (const reason of rejectReasons) {
    if (isLess(after.rejected[reason], before.rejected[reason])) return `rejected ${reason}`;
  }
  return undefined;
}
