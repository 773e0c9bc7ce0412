/**
 * Faults that people make, each put into a copy of the compiled code: the rule that it breaks must say so, by
 * name. A fault whose place is no longer there is an error: then the list is out of date.
 */

import type { stories } from "./stories.js";

export interface Fault {
  /** The rule that must find it. */
  readonly rule: string;
  readonly name: string;
  /** Where it is, from the project's root. */
  readonly file: string;
  /** What stands there once, and what stands there instead. */
  readonly find: string;
  readonly replace: string;
  /** The subject on which it is looked for; the core outbox unless said. Of `ws`, by the suite of all adapters; of receipts, by exploring. */
  readonly subject?: "outbox" | "sender" | "actor" | "receipts" | "ws" | keyof typeof stories;
}

const catchUp = "packages/runtime/dist/history/CatchUp.js";
const admission = "packages/core/dist/line/Admission.js";
const fate = "packages/core/dist/fate.js";
const flow = "packages/core/dist/flow/Flow.js";
const handover = "packages/runtime/dist/actor/Handover.js";
const joins = "packages/runtime/dist/snapshot/Join.js";
const ladder = "packages/runtime/dist/actor/Ladder.js";
const lane = "packages/core/dist/lane/Lane.js";
const ledger = "packages/core/dist/ledger/Ledger.js";
const line = "packages/core/dist/line/WaitingLine.js";
const marks = "packages/runtime/dist/actor/Marks.js";
const pump = "packages/runtime/dist/actor/Pump.js";
const receipts = "packages/runtime/dist/actor/Receipts.js";
const watchdog = "packages/runtime/dist/actor/Watchdog.js";

export const faults: ReadonlyArray<Fault> = [
  {
    rule: "R1",
    name: "a refusal is not counted",
    file: ledger,
    find: "this.losses.rejected[reason].add(bytes);",
    replace: 'if (reason !== "waiters") this.losses.rejected[reason].add(bytes);',
  },
  {
    rule: "R2",
    name: "messages are counted for bytes",
    file: ledger,
    find: "this.deliveredMessages++;\n        this.deliveredBytes += bytes;",
    replace: "this.deliveredMessages++;\n        this.deliveredBytes += 1;",
  },
  {
    rule: "R3",
    name: "one place too many",
    file: lane,
    find: "return this.length < this.maxMessages &&",
    replace: "return this.length <= this.maxMessages &&",
  },
  {
    rule: "R4",
    name: "one waiting sender too many",
    file: admission,
    find: "this.#line.length < maxWaiters",
    replace: "this.#line.length <= maxWaiters",
  },
  {
    rule: "R5",
    name: "a sender is told twice",
    file: admission,
    find: "announcements.add(() => waiter.settle(waiter.result));",
    replace:
      "announcements.add(() => waiter.settle(waiter.result)); announcements.add(() => waiter.settle(waiter.result));",
  },
  {
    rule: "R6",
    name: "last come, first served",
    file: line,
    find: "return this.#waiters.values();",
    replace: "return [...this.#waiters].reverse().values();",
  },
  {
    rule: "R7",
    name: "drop-newest makes room",
    file: "packages/core/dist/configuration/OverflowStrategy.js",
    find: '"drop-newest": { evicts: "nothing", accepts: false,',
    replace: '"drop-newest": { evicts: "oldest", accepts: true,',
  },
  {
    rule: "R8",
    name: "the newest is evicted instead of the oldest",
    file: lane,
    find: 'this.lose("evicted");',
    replace:
      '{ for (let turns = this.length - 1; turns > 0; turns--) { const head = this.peek(); this.push(head, this.shift()); } this.lose("evicted"); }',
  },
  {
    rule: "R9",
    name: "a sender that has timed out is let in all the same",
    file: admission,
    find: 'this.#reject(waiter, "timeout");',
    replace:
      'const late = this.#parts.ledger.reject("timeout", waiter.bytes); this.#parts.announcements.add(() => waiter.settle(late)); waiter.dueMillis = Infinity;',
  },
  {
    rule: "R10",
    name: "one is left when all are to go",
    file: lane,
    find: 'while (this.length > 0)\n            this.lose("cleared");',
    replace: 'while (this.length > 1)\n            this.lose("cleared");',
  },
  {
    rule: "R11",
    name: "a drop is counted twice",
    file: lane,
    find: 'this.lose("evicted");',
    replace: 'this.#ledger.losses.dropped.evicted.add(this.lose("evicted"));',
  },
  {
    rule: "R12",
    name: "the peak follows the fill down",
    file: lane,
    find: "if (this.length > ledger.peakMessages)",
    replace: "if (true)",
  },
  {
    rule: "R13",
    name: "a sender waits twice what it was told",
    file: admission,
    find: "const dueMillis = elapsed.millis() + delay;",
    replace: "const dueMillis = elapsed.millis() + 2 * delay;",
  },
  {
    rule: "R14",
    name: "the delay falls at the pause mark",
    file: "packages/core/dist/flow/Delay.js",
    find: "Math.max(settings.pauseDurationMillis, maxDelayMillis)",
    replace: "settings.pauseDurationMillis",
  },
  {
    rule: "R15",
    name: "a watermark compare is off by one",
    file: lane,
    find: "this.length >= flow.upMessages",
    replace: "this.length > flow.upMessages",
  },
  {
    rule: "R15",
    name: "a burst that jumps two marks takes one of them",
    file: flow,
    find: "while (messages >= this.upMessages || bytes >= this.upBytes)",
    replace: "if (messages >= this.upMessages || bytes >= this.upBytes)",
  },
  {
    rule: "R16",
    name: "hysteresis is forgotten",
    file: "machines/dist/Watermarks.js",
    find: "(level - hysteresis) * capacity",
    replace: "level * capacity",
  },
  {
    rule: "R17",
    name: "a closed connection takes what fits",
    file: lane,
    find: "this.blocked === 0 && this.#flow.isOpen",
    replace: "this.blocked === 0",
  },
  {
    rule: "R18",
    name: "time goes back with the clock",
    file: "packages/core/dist/flow/Elapsed.js",
    find: "Math.max(0, now - this.#last)",
    replace: "(this.#last === Infinity ? 0 : now - this.#last)",
  },
  {
    rule: "R19",
    name: "who is interrupted is let in instead",
    file: admission,
    find: 'this.#reject(waiter, "interrupted");',
    replace: "this.#answer(waiter, () => this.#parts.lane.take(waiter.message, waiter.bytes));",
  },
  {
    rule: "R20",
    name: "the timer outlives the connection",
    file: "packages/runtime/dist/actor/Alarm.js",
    find: `        this.#sleeper?.interruptUnsafe();
        this.#sleeper = undefined;`,
    replace: "        this.#sleeper = undefined;",
    subject: "actor",
  },
  {
    rule: "R21",
    name: "a 0 from the socket is taken for not sent",
    file: handover,
    find: "        if (status === SendStatus.refused)\n            return this.#refused();\n        if",
    replace:
      "        if (status !== SendStatus.sent)\n            return this.#refused();\n        if",
    subject: "actor",
  },
  {
    rule: "R22",
    name: "only one mark is cleared at a time",
    file: flow,
    find: "while (messages <= this.downMessages && bytes <= this.downBytes)",
    replace: "if (messages <= this.downMessages && bytes <= this.downBytes)",
  },
  {
    rule: "R23",
    name: "nobody sets a timer for who waits",
    file: line,
    find: "due = Math.min(due, waiter.dueMillis);",
    replace: "void waiter;",
  },
  {
    rule: "R24",
    name: "a wake-up is lost in the drain",
    file: lane,
    find: "return isCleared || this.blocked > 0;",
    replace: "return isCleared;",
  },
  {
    rule: "R25",
    name: "the watchdog is never set",
    file: "packages/runtime/dist/actor/Pressure.js",
    find: "isOn ? nowMillis + afterMillis : Number.POSITIVE_INFINITY",
    replace: "Number.POSITIVE_INFINITY",
    subject: "actor",
  },
  {
    rule: "R26",
    name: "the flush ends with the first connection that cannot write",
    file: "packages/runtime/dist/actor/Flusher.js",
    find: `                if (connection.flush(this.#quantum))
                    this.#marked.push(connection);`,
    replace: "if (!connection.flush(this.#quantum)) break; this.#marked.push(connection);",
    subject: "actor",
  },
  {
    rule: "R27",
    name: "a batch loses its last",
    file: handover,
    find: "if (!(notice === undefined ? this.#write(count) : this.#tell(notice)))",
    replace: "if (messages === 0) this.outbox.delivered(); else if (!this.#write(count))",
    subject: "actor",
  },
  {
    rule: "R28",
    name: "a constant stands for a deadline",
    file: admission,
    find: "now + configuration.blockTimeoutMillis",
    replace: "now + Math.min(60, configuration.blockTimeoutMillis)",
  },
  {
    rule: "R30",
    name: "a deadline is moved by every look at it",
    file: admission,
    find: "if (!waiter.blocked) {",
    replace: "if (waiter.blocked) waiter.dueMillis -= 1; else {",
  },
  {
    rule: "R31",
    name: "connections share the counters of their losses",
    file: ledger,
    find: "if (this.#losses === noLosses)",
    replace: "if (false)",
  },
  {
    rule: "R32",
    name: "a pause is not counted",
    file: flow,
    find: "this.pauseEvents++;",
    replace: "",
  },
  {
    rule: "R33",
    name: "a snapshot forgets the peak",
    file: ledger,
    find: "this.peakMessages = peak.messages;",
    replace: "",
  },
  {
    rule: "R50",
    name: "a message that is too large counts against the client",
    file: fate,
    find: '"too-large": {\n        isSlowness: false,',
    replace: '"too-large": {\n        isSlowness: true,',
  },
  {
    rule: "R21",
    name: "what the stream of a ws socket holds is no pressure",
    file: "packages/ws/dist/WsTransport.js",
    find: "if (held <= this.#slackBytes)",
    replace: "if (true)",
    subject: "ws",
  },
  {
    rule: "R26",
    name: "memory that a stalled ws socket still holds is written to again",
    file: "packages/ws/dist/Slab.js",
    find: "used = isFree ? this.#from : this.end;",
    replace: "used = this.#from;",
    subject: "ws",
  },
  {
    rule: "R20",
    name: "a ws connection that has ended is listed until its client has answered",
    file: "packages/ws/dist/WsTransport.js",
    find: `        this.#socket.close(code, reason);
        this.ended();`,
    replace: "        this.#socket.close(code, reason);",
    subject: "ws",
  },
  {
    rule: "R31",
    name: "an error of one ws socket ends the process",
    file: "packages/ws/dist/Sluice.js",
    find: 'socket.on("error", () => { });',
    replace: "",
    subject: "ws",
  },
  {
    rule: "R34",
    name: "a turn is not limited to the window's room",
    file: receipts,
    find: "return this.#isLimiting ? this.#window.roomBytes(this.#flight.bytes) : unlimitedBytes;",
    replace: "return unlimitedBytes;",
    subject: "receipts",
  },
  {
    rule: "R35",
    name: "an answer acknowledges what was handed over since its ping",
    file: "packages/core/dist/receipts/Flight.js",
    find: "this.#acknowledgedMessages = mark.messages;",
    replace: "this.#acknowledgedMessages = this.#handedOver.deliveredMessages;",
    subject: "receipts",
  },
  {
    rule: "R36",
    name: "any pong of ours is an answer to the latest ping",
    file: "packages/core/dist/receipts/Flight.js",
    find: "this.#marks.findIndex((mark) => mark.number === number)",
    replace: "this.#marks.length - 1",
    subject: "receipts",
  },
  {
    rule: "R37",
    name: "a window is shut though nobody was asked",
    file: receipts,
    find: "this.#gate.set(Shut.window, this.#flight.isAwaited);",
    replace: "this.#gate.set(Shut.window, true);",
    subject: "receipts",
  },
  {
    rule: "R37",
    name: "an answer does not open the window",
    file: receipts,
    find: "gate.has(Shut.window) && window.isFull(flight.bytes) && flight.isAwaited",
    replace: "gate.has(Shut.window)",
    subject: "receipts",
  },
  {
    rule: "R39",
    name: "a stall is not given its grace",
    file: watchdog,
    find: "(evictTimeoutMillis ?? Number.POSITIVE_INFINITY) + evictGraceMillis",
    replace: "evictTimeoutMillis ?? Number.POSITIVE_INFINITY",
    subject: "ladder",
  },
  {
    rule: "R39",
    name: "who loses less again goes on as one that loses too much",
    file: ladder,
    find: "isLossy ? Math.min(this.#lossySinceMillis, nowMillis) : never",
    replace: "isLossy ? Math.min(this.#lossySinceMillis, nowMillis) : this.#lossySinceMillis",
    subject: "ladder",
  },
  {
    rule: "R39",
    name: "a message that has left is taken for one that waits",
    file: marks,
    find: "marks[0].taken <= departed",
    replace: "departed - marks[0].taken >= 2",
    subject: "ladder",
  },
  {
    rule: "R40",
    name: "it goes live one message too early",
    file: catchUp,
    find: "place.position === last",
    replace: "place.position >= last - 1",
    subject: "resume",
  },
  {
    rule: "R40",
    name: "it goes on having live what it is catching up with",
    file: "packages/runtime/dist/history/CatchUps.js",
    find: "this.#channels.unsubscribe(this.#member, channel);",
    replace: "",
    subject: "resume",
  },
  {
    rule: "R40",
    name: "what was trimmed is passed over in silence",
    file: catchUp,
    find: "return this.#tell({ epoch, position: gap.last }, gap);",
    replace: "return ((this.#place = { epoch, position: gap.last }), true);",
    subject: "resume",
  },
  {
    rule: "R40",
    name: "a gap is one position too long",
    file: "packages/runtime/dist/history/Past.js",
    find: "last: past.first - 1,",
    replace: "last: past.first,",
    subject: "resume",
  },
  {
    rule: "R43",
    name: "what is refused is not told",
    file: "packages/core/dist/lane/LossyShelf.js",
    find: "this.miss(link, reason);\n        return",
    replace: "void 0;\n        return",
    subject: "labels",
  },
  {
    rule: "R43",
    name: "a gap is told only up to its first run",
    file: "packages/core/dist/label/TopicGaps.js",
    find: "if (left.count > 0)",
    replace: "runs.length = 0;\n        if (left.count > 0)",
    subject: "labels",
  },
  {
    rule: "R44",
    name: "those behind have their share though they came later",
    file: "packages/runtime/dist/actor/Precedence.js",
    find: "return outbox.departedHere < (this.#older.get(outbox) ?? 0);",
    replace: "return true;",
    subject: "labels",
  },
  {
    rule: "R45",
    name: "the older message of a key stays",
    file: "packages/core/dist/lane/Links.js",
    find: "this.message = message;\n        this.bytes = bytes;\n        this.label = label;\n        this.arrival",
    replace: "this.bytes = bytes;\n        this.label = label;\n        this.arrival",
    subject: "labels",
  },
  {
    rule: "R45",
    name: "what is superseded counts as evicted",
    file: lane,
    find: "this.ledger.losses.dropped.conflated.add(this.replace(older, newer));",
    replace: "this.ledger.losses.dropped.evicted.add(this.replace(older, newer));",
    subject: "labels",
  },
  {
    rule: "R46",
    name: "what has expired is sent",
    file: pump,
    find: "outbox.expire();",
    replace: "",
    subject: "labels",
  },
  {
    rule: "R46",
    name: "a newer message has the life of the one before it",
    file: "packages/core/dist/lane/Links.js",
    find: "this.arrival = arrival;\n        this.dueMillis = dueMillis;",
    replace: "this.arrival = arrival;",
    subject: "labels",
  },
  {
    rule: "R47",
    name: "what is live goes out though the snapshot has not",
    file: joins,
    find: "if (this.#snapshot.length > 0)\n                    return this.#waits();",
    replace: "",
    subject: "join",
  },
  {
    rule: "R47",
    name: "what was held is left out",
    file: joins,
    find: "return this.held.length > 0 ? this.#waits() : this.#joins();",
    replace: "return this.#joins();",
    subject: "join",
  },
  {
    rule: "R47",
    name: "the source is asked though there is no room",
    file: joins,
    find: "if (length > 0 && !hasRoom)",
    replace: "if (false)",
    subject: "join",
  },
  {
    rule: "R47",
    name: "what is published during the snapshot is not held",
    file: "packages/runtime/dist/snapshot/Joins.js",
    find: "channels.subscribe(standIn, channel);",
    replace: "",
    subject: "join",
  },
  {
    rule: "R48",
    name: "new limits are only believed to hold",
    file: "packages/core/dist/OutboxParts.js",
    find: "lane.limit(configuration);",
    replace: "",
    subject: "reconfigure",
  },
  {
    rule: "R48",
    name: "the marks stay where they were",
    file: "packages/core/dist/OutboxParts.js",
    find: "flow.remark(watermarksOf(configuration), lane.length, lane.bytes);",
    replace: "",
    subject: "reconfigure",
  },
];
