/**
 * A random run as the transitions that it is a sequence of. What is held and who waits is what must be, by what
 * was answered and delivered so far: that is known of any system whose senders have been told when an operation is
 * over. Where an operation has others inside it, it is not known in which order their messages come.
 */
import type { Configuration } from "@sluice/core";
import { ladder } from "@sluice/machines";
import type { Entry, EntryOf, History } from "../History.js";
import type { Operation } from "../Operation.js";
import { holding } from "../System.js";
import { arrivals } from "./Law.js";
import type { Answer, Message, Picture, Sender, Transition } from "./Transition.js";

/** One of a random run, and where in its history it ends. */
export interface Seen {
  readonly transition: Transition;
  readonly at: EntryOf<"moment">;
}

type Arrival = EntryOf<"arrived">;

export function* transitions(history: History): Generator<Seen> {
  const { configuration } = history;
  /** Those that have no answer yet. */
  const open = new Map<Message, Arrival>();
  let before = emptyPicture(configuration);
  let group: Array<Entry> = [];
  for (const entry of history.entries) {
    if (entry.kind === "begun") group = [entry];
    else group.push(entry);
    const operation = group[0];
    if (entry.kind !== "moment" || entry.where !== "operation") continue;
    if (operation?.kind !== "begun") continue;
    const transition = transitionOf(configuration, operation.operation, before, group, open);
    yield { transition, at: entry };
    before = transition.after;
  }
}

function emptyPicture(configuration: Configuration): Picture {
  const stats = holding(configuration, { messages: 0, bytes: 0 });
  return {
    row: 0,
    state: stats.state,
    stats: { ...stats, delayMillis: configuration.minDelayMillis },
    held: [],
    head: undefined,
    line: [],
    millisToDeadline: Number.POSITIVE_INFINITY,
    misuse: [],
  };
}

/** `open` is brought up to date. */
function transitionOf(
  configuration: Configuration,
  operation: Operation,
  before: Picture,
  group: ReadonlyArray<Entry>,
  open: Map<Message, Arrival>,
): Transition {
  const seen = {
    newcomers: [] as Array<Message>,
    answers: [] as Array<Answer>,
    delivered: [] as Array<Message>,
    steps: [] as Array<EntryOf<"step">["step"]>,
    glimpses: [] as Array<Transition["before"]["stats"]>,
  };
  for (const entry of group) {
    if (entry.kind === "arrived") {
      seen.newcomers.push(entry.message);
      open.set(entry.message, entry);
    } else if (entry.kind === "answered") {
      seen.answers.push(answerOf(configuration, entry, open.get(entry.message)));
      open.delete(entry.message);
    } else if (entry.kind === "delivered") {
      seen.delivered.push(entry.message);
    } else if (entry.kind === "step") {
      seen.steps.push(entry.step);
      seen.glimpses.push(entry.stats);
    } else if (entry.kind === "moment" && entry.where === "callback") {
      seen.glimpses.push(entry.stats);
    }
  }
  const moment = group.at(-1) as EntryOf<"moment">;
  const { stats, millisToDeadline, misuse } = moment;
  const left = new Set(seen.delivered);
  const all = [...before.held, ...arrivals({ before, ...seen })].filter((one) => !left.has(one));
  const held = all.slice(Math.max(0, all.length - stats.buffered.messages));
  const after: Picture = {
    row: seen.steps.at(-1)?.to ?? before.row,
    state: stats.state,
    stats,
    held,
    head: moment.head ?? held[0],
    line: [...open.values()].flatMap((arrival) => senderOf(configuration, arrival, moment.millis)),
    millisToDeadline,
    misuse,
  };
  return { configuration, operation, before, after, ...seen };
}

function answerOf(
  configuration: Configuration,
  { message, by, result, millis }: EntryOf<"answered">,
  arrived: Arrival | undefined,
): Answer {
  const waitedMillis = millis - (arrived?.millis ?? millis);
  const isBlocked = by === "send" && blocks(configuration) === true;
  return {
    message,
    by,
    result,
    waitedMillis,
    toldMillis: arrived?.by === "send" ? arrived.before.delayMillis : 0,
    blockedMillis: isBlocked ? waitedMillis : undefined,
  };
}

function senderOf(
  configuration: Configuration,
  arrived: Arrival,
  millis: number,
): ReadonlyArray<Sender> {
  if (arrived.by !== "send") return [];
  const { message, before } = arrived;
  const block = configuration.overflow === "block" ? configuration.blockTimeoutMillis : 0;
  const owedMillis = Math.ceil(before.delayMillis) + block - (millis - arrived.millis);
  const rung = ladder.indexOf(before.state);
  return [{ message, blocked: blocks(configuration), rung, owedMillis }];
}

/** Whether whoever waits is blocked: nobody is, everybody is, or it cannot be seen. */
function blocks(configuration: Configuration): boolean | undefined {
  const { overflow, minDelayMillis, maxDelayMillis, pauseDurationMillis } = configuration;
  if (overflow !== "block") return false;
  return minDelayMillis + maxDelayMillis + pauseDurationMillis === 0 ? true : undefined;
}
