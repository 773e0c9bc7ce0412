/**
 * The space of one actor: every interleaving of senders, flusher, transport, timers and ends, in small.
 *
 * A state is all that can be seen of the actor and what its driver knows of it: who waits for how long, when
 * timers are due, what the transport holds, what the actor saw of it and how long ago.
 */
import type { Configuration } from "@sluice/core";
import { isOpen } from "../../laws/Law.js";
import type { Audit } from "../Audit.js";
import { fairCycle } from "../components.js";
import type { Move } from "../Driver.js";
import type { Edge, Graph } from "../Graph.js";
import { type Alphabet, exploreSpace } from "../Space.js";
import { ActorDriver, type ActorPicture } from "./ActorDriver.js";
import { actorLaws } from "./laws.js";

export interface ActorSpace extends Alphabet<ActorPicture> {
  /** Whether the transport refuses what it cannot pass on, and does not hold it. */
  readonly refuses: boolean;
  /** Whether its client is asked what it has received. */
  readonly isPinged?: boolean;
}

const limit = 500_000;

/** @throws {SpaceTooLarge} */
export function exploreActor(space: ActorSpace, audit: Audit): Graph<ActorPicture, Move> {
  const { configuration, refuses, isPinged } = space;
  return exploreSpace(
    space,
    {
      start: () => new ActorDriver(configuration, refuses, isPinged),
      laws: actorLaws,
      key: (picture) => keyOf(picture, configuration),
      limit,
      onEdge: ({ before, after }) => {
        if (after.refusals > before.refusals) audit.reach("transport refuses");
        if (after.isPressured) audit.reach("transport under pressure");
        if (after.receipts.isShut) audit.reach("window shut");
      },
    },
    audit,
  );
}

function keyOf(picture: ActorPicture, settings: Configuration): string {
  const { row, held, marked, fates, line, closeMillis, isPressured, heldBytes } = picture;
  const isEnded = picture.state === "closed" && picture.isTransportClosed;
  const common = `${row} ${held.length} ${marked}${fates} ${picture.inLine}`;
  if (isEnded) return `${common} ended ${picture.toldOfEnd} ${picture.timers}`;
  const places = held.flatMap(({ isMarked }, place) => (isMarked ? [place] : []));
  const senders = line.map(
    ({ message, blocked, millisLeft, owedMillis, rung }) =>
      `${message.isMarked ? "*" : ""}${blocked ? "b" : rung} ${millisLeft} ${owedMillis}`,
  );
  // Longer ago than anything waits for is long ago.
  const { stallTimeoutMillis, evictTimeoutMillis, watchdogMillis } = settings;
  const stuck = Math.min(picture.stuckMillis, evictTimeoutMillis ?? stallTimeoutMillis);
  const looked = Math.min(picture.lookedMillis, watchdogMillis);
  const isStalled = picture.stuckMillis - picture.lookedMillis >= stallTimeoutMillis;
  const pressure = isPressured ? `under ${stuck} ${looked} ${isStalled}` : "free";
  return [
    common,
    places,
    senders.join("|"),
    closeMillis,
    pressure,
    heldBytes,
    picture.isTransportClosed,
    picture.timers,
    receiptsKey(picture, settings),
  ].join(";");
}

/** Where the client stands, counted from what was handed over last. */
function receiptsKey(
  { receipts, stats }: ActorPicture,
  { stallTimeoutMillis, evictTimeoutMillis }: Configuration,
): string {
  const { status, inFlight, isShut, silentMillis, unanswered, received } = receipts;
  if (status === "off") return "";
  const handedOver = stats.delivered.messages;
  const silent = Math.min(silentMillis, evictTimeoutMillis ?? stallTimeoutMillis);
  const marks = unanswered.map((messages) => handedOver - messages);
  const answered = status === "answered" ? `${inFlight} ${isShut} ${silent}` : "unheard";
  return `${answered} ${marks} ${handedOver - received}`;
}

// ── Liveness ────────────────────────────────────────────────────────────────────────────────────────────

type Actors = Graph<ActorPicture, Move>;
type EdgeClass = (edge: Edge<Move>, from: number) => boolean;

/** What each liveness rule is given, where an actor is concerned. */
export const actorFairness: Readonly<Record<string, string>> = {
  R22: "nothing more is offered or sent; the peer keeps taking, time passes, flush turns run",
  R23: "time keeps passing; whatever else happens, and however often",
  R24: "the peer keeps taking and is told of, flush turns run; others may offer and send for ever",
  R25: "the peer keeps taking and nobody is told; time passes, flush turns run; others may offer",
  R37: "the peer keeps taking and is told of, answers some ping again and again, time passes, flush turns run",
};

const tells: EdgeClass = ({ label: { operation } }) =>
  operation.op === "drain" && operation.count > 0 && operation.silently !== true;
const takesSilently: EdgeClass = ({ label: { operation } }) =>
  operation.op === "drain" && operation.silently === true;
const turns: EdgeClass = ({ label: { operation } }) =>
  operation.op === "drain" && operation.count === 0;
const answers: EdgeClass = ({ label: { operation } }) =>
  operation.op === "pong" && operation.to !== "none";
const passes: EdgeClass = ({ label: { operation } }) => operation.op === "advance";

interface ActorLiveness {
  readonly rule: string;
  readonly goal: string;
  /** Whether the goal does not hold yet. */
  readonly isPending: (picture: ActorPicture) => boolean;
  readonly may: EdgeClass;
  readonly fair: ReadonlyArray<EdgeClass>;
  /** Whether it is about clients that answer, or about the others. */
  readonly isPinged: boolean;
}

const liveness: ReadonlyArray<ActorLiveness> = [
  {
    rule: "R22",
    goal: "the outbox empties and its state becomes normal",
    isPending: (picture) =>
      isOpen(picture) && (picture.held.length > 0 || picture.state !== "normal"),
    may: (edge, from) =>
      tells(edge, from) || takesSilently(edge, from) || turns(edge, from) || passes(edge, from),
    fair: [tells, turns, passes],
    isPinged: false,
  },
  {
    rule: "R23",
    goal: "a sender that waits is let in, gives up or is told that it closed",
    isPending: ({ line }) => line.some(({ message }) => message.isMarked),
    may: () => true,
    fair: [passes],
    isPinged: false,
  },
  {
    rule: "R24",
    goal: "a sender that is blocked is let in or gives up",
    isPending: ({ line }) => line.some(({ message, blocked }) => message.isMarked && blocked),
    may: () => true,
    fair: [tells, turns],
    isPinged: false,
  },
  {
    rule: "R25",
    goal: "a message that is held reaches the transport, or is dropped",
    isPending: ({ held }) => held.some(({ isMarked }) => isMarked),
    may: (edge, from) => !tells(edge, from),
    fair: [takesSilently, turns, passes],
    isPinged: false,
  },
  {
    rule: "R37",
    goal: "a message that is held reaches the transport, or is dropped",
    isPending: ({ held }) => held.some(({ isMarked }) => isMarked),
    may: () => true,
    fair: [tells, turns, passes, answers],
    isPinged: true,
  },
];

/** Checks that no rule can be put off for ever. */
export function checkActorLiveness(space: ActorSpace, graph: Actors, audit: Audit) {
  const { configuration, isPinged = false } = space;
  for (const { rule, goal, isPending, may, fair } of liveness.filter(
    (one) => one.isPinged === isPinged,
  )) {
    audit.count(rule);
    const hasState = (state: number) => isPending(graph.states[state] as ActorPicture);
    const lasso = fairCycle(graph, { hasState, hasEdge: may }, fair);
    if (lasso === undefined) continue;
    const operations = (moves: ReadonlyArray<Move>) => moves.map(({ operation }) => operation);
    audit.broke(configuration, {
      rule,
      trace: operations(lasso.stem),
      cycle: operations(lasso.cycle),
      expected: `${goal} (${actorFairness[rule]})`,
      found: "a cycle in which it never does",
    });
  }
}
