/** R34 to R37: what an actor makes of the answers of its client. */
import { isOpen, type Law } from "../../laws/Law.js";
import type { Transition } from "../../laws/Transition.js";
import type { ActorPicture } from "./ActorDriver.js";

type ReceiptLaw = Law<ActorPicture>;

/** Receipts of one that is open and has answered: then there is a window. */
const isLimited = (picture: ActorPicture) =>
  isOpen(picture) && picture.receipts.status === "answered";

const inFlightIsBounded: ReceiptLaw = {
  rule: "R34",
  law: "what is handed over leaves no more in flight than the window, but for one message",
  needs: [],
  reaches: [],
  check({ configuration: { windowBytes }, before, after, delivered }) {
    if (typeof windowBytes !== "number" || delivered.length === 0) return undefined;
    if (!isLimited(before) || !isOpen(after)) return undefined;
    const { inFlight } = after.receipts;
    const last = delivered.at(-1)?.bytes ?? 0;
    if (inFlight <= windowBytes - 1 + last) return true;
    return { expected: `at most ${windowBytes} bytes in flight`, found: `${inFlight}` };
  },
};

const receiptsAreTrue: ReceiptLaw = {
  rule: "R35",
  law: "what is acknowledged never decreases, was handed over, and changes by an answer alone",
  needs: [],
  reaches: [],
  check({ operation, before, after }) {
    const [was, is] = [before.receipts.acknowledged.messages, after.receipts.acknowledged.messages];
    const answered = operation.op === "pong" ? answeredBy({ operation, before }) : undefined;
    const expected = answered ?? was;
    if (is === expected && is <= after.stats.delivered.messages) return true;
    return { expected: `${expected} acknowledged`, found: `${is}` };
  },
};

const strangersChangeNothing: ReceiptLaw = {
  rule: "R35",
  law: "a pong that answers nothing changes nothing",
  needs: [],
  reaches: [],
  check({ operation, before, after }) {
    if (operation.op !== "pong" || operation.to !== "none") return undefined;
    const same = JSON.stringify(after) === JSON.stringify(before);
    return same || { expected: "nothing has changed", found: JSON.stringify(after.receipts) };
  },
};

const acknowledgedWasReceived: ReceiptLaw = {
  rule: "R36",
  law: "what is acknowledged was received",
  needs: [],
  reaches: [],
  check({ after: { receipts } }) {
    const { acknowledged, received } = receipts;
    if (acknowledged.messages <= received) return true;
    return { expected: `at most ${received} acknowledged`, found: `${acknowledged.messages}` };
  },
};

const shutForAReason: ReceiptLaw = {
  rule: "R37",
  law: "a message waits for a turn, for pressure that ends, or for an answer to a ping that is on its way",
  needs: [],
  reaches: [],
  check({ after }) {
    const { held, isPressured, inLine, isTransportClosed, receipts } = after;
    if (held.length === 0 || !isOpen(after) || isTransportClosed) return undefined;
    if (inLine > 0 || isPressured) return true;
    const { status, inFlight, isShut, unanswered } = receipts;
    if (isShut && status === "answered" && inFlight > 0 && unanswered.length > 0) return true;
    return {
      expected: "a reason why a message waits",
      found: `${status}, ${inFlight} in flight, ${unanswered.length} pings unanswered, shut: ${isShut}`,
    };
  },
};

/** What had been handed over before the ping that is answered; undefined when none is. */
function answeredBy({
  operation,
  before,
}: Pick<Transition<ActorPicture>, "operation" | "before">): number | undefined {
  if (operation.op !== "pong" || operation.to === "none" || before.isTransportClosed) {
    return undefined;
  }
  const { unanswered, received } = before.receipts;
  return unanswered
    .filter((messages) => messages <= received)
    .at(operation.to === "oldest" ? 0 : -1);
}

export const receiptLaws: ReadonlyArray<ReceiptLaw> = [
  inFlightIsBounded,
  receiptsAreTrue,
  strangersChangeNothing,
  acknowledgedWasReceived,
  shutForAReason,
];
