/** The rules by number: what must hold of a bounded, backpressured sender, and what each is good for. */
import type { Level, Rule } from "./Rule.js";

const rule = (id: string, law: string, intent: string, level: Level = "must"): Rule => ({
  id,
  law,
  intent,
  level,
});

export const rules: ReadonlyArray<Rule> = [
  // Safety.
  rule(
    "R1",
    "Conservation: offered = delivered + dropped + rejected + buffered + waiting, after every step; after closed, buffered = waiting = 0",
    "Nothing is lost without a trace: whatever an operator misses is in one of the counters.",
  ),
  rule(
    "R2",
    "The same in bytes (encoded length: multibyte text, empty messages), never negative",
    "A byte budget that is counted in characters is no budget.",
  ),
  rule(
    "R3",
    "Bounded: 0 ≤ buffered ≤ capacity and bytes ≤ maxBytes at every observable moment, inside callbacks too",
    "The server's memory has a ceiling, at its worst moment as well.",
  ),
  rule("R4", "Waiters are bounded", "What waits in front of a bounded buffer takes memory too."),
  rule(
    "R5",
    "One fate: every message has exactly one terminal outcome",
    "A producer can act on what it is told: resend what was refused, and nothing else.",
  ),
  rule(
    "R6",
    "Order: what is delivered is an increasing subsequence of what was offered; blocked senders are admitted first come first served",
    "A client may see gaps, never a rearrangement; no sender starves.",
  ),
  rule(
    "R7",
    "drop-newest: the dropped are exactly those that arrived when full; the buffer is unchanged",
    "What has been taken stays taken, as an audit log needs it.",
  ),
  rule(
    "R8",
    "drop-oldest: an arrival when full evicts from the head only; an undrained burst of k > C leaves the last C",
    "A slow client sees the newest, as live updates need it.",
  ),
  rule(
    "R9",
    "block: nothing is dropped; at the deadline exactly one timeout, the waiter is gone, the message is never delivered later",
    "A sender that was told of a timeout may send again without a duplicate.",
  ),
  rule(
    "R10",
    "drop-all: the whole buffer goes, each message counted once; the new message stays",
    "A reset leaves a fresh start, and the bill for it.",
  ),
  rule(
    "R11",
    "Reported drops equal the observed set of drops, per reason",
    "The counters that an operator is woken by are true.",
  ),
  rule(
    "R12",
    "Counters never decrease; a peak is never below its current value",
    "Rates made of counters are never negative.",
  ),
  rule(
    "R13",
    "Delay is finite, at least 0 and at most its stated maximum",
    "What a producer is told to wait is a promise.",
  ),
  rule(
    "R14",
    "Delay is monotone in fill, across every band boundary (one unit below, at, and above each mark)",
    "A fuller outbox never invites a faster producer: that would be positive feedback.",
  ),
  rule(
    "R15",
    "A state is entered only by its crossing; state and fill always agree within the hysteresis",
    "The state that an operator sees is the state that the numbers have.",
  ),
  rule(
    "R16",
    "No flap: oscillation strictly between a mark's two levels changes no state; k crossings cause at most k changes",
    "A connection that hovers at a mark makes no storm of events.",
  ),
  rule(
    "R17",
    "closed is absorbing: no send after it, later offers are refused and counted",
    "A producer that is late harms nobody, and is told.",
  ),
  rule(
    "R18",
    "A clock that stands still, jumps or runs backwards gives no negative delay, no early or double expiry, no waiter that never wakes",
    "Clocks are set, and virtual machines are stopped.",
  ),
  rule(
    "R19",
    "Interruption at any point leaves a message wholly in or wholly out, and waiters, permits and timers as if it had not been there",
    "A sender may be raced, timed out or abandoned.",
  ),
  rule(
    "R20",
    "Disconnection at any interleaving: finalizers run once; no timer, fiber, registry entry or listener remains",
    "A server that runs for a year leaks nothing per connection.",
  ),
  rule(
    "R21",
    "Nothing is sent to the transport while it is under pressure, and a 0 is never sent again",
    "What the socket has taken can no longer be dropped, and sent twice is a duplicate on the wire.",
  ),
  // Liveness.
  rule(
    "R22",
    "If the transport keeps draining and offers are finite, the buffer empties and the state becomes normal",
    "A connection recovers by itself.",
  ),
  rule(
    "R23",
    "Every waiting sender is resolved by its deadline or by closing",
    "No producer hangs for ever.",
  ),
  rule(
    "R24",
    "No lost wake-up: a drain before, during or after registration still wakes",
    "A sender does not sleep beside an empty buffer.",
  ),
  rule(
    "R25",
    "A drain that never comes is survived: the watchdog finds the room",
    "A socket that forgets to say that it has room does not stall a client for ever.",
  ),
  // Fairness.
  rule(
    "R26",
    "A stalled connection changes nothing in what others receive; k ready connections each make progress within k turns of the shared flush",
    "One slow client is one slow client.",
  ),
  // Metamorphic, differential, round trip.
  rule(
    "R27",
    "A batch equals its singles, one after another",
    "Batching is a matter of speed only.",
  ),
  rule(
    "R28",
    "Renaming payloads changes nothing; scaling all times scales all delays",
    "Nothing depends on what a message says, or on a hidden constant of time.",
  ),
  rule(
    "R29",
    "More capacity, same trace: never more drops (drop-oldest, drop-newest)",
    "The first thing that an operator tries helps, or does no harm.",
    "should",
  ),
  rule(
    "R30",
    "advance(a) then advance(b) equals advance(a + b)",
    "How often a timer fires makes no difference to what it decides.",
  ),
  rule(
    "R31",
    "Connections do not interfere: interleaving two traces gives each the outcome that it has alone",
    "There is no hidden state between connections.",
  ),
  rule(
    "R32",
    "The table, a live XState actor, the pure outbox with a naive array model, the Effect actor on a scripted transport, and the adapter on a real socket agree on the same trace",
    "What was proven of one of them holds of the one that runs.",
  ),
  rule(
    "R33",
    "Snapshot to JSON and back in mid-trace continues identically; configuration encode then decode is the identity; every invalid configuration is refused",
    "What is written down is all that there is.",
  ),
  rule(
    "R34",
    "In flight (handed over, not acknowledged) ≤ the window and one message, at every moment at which something is handed over",
    "What a slow client has before it is little, and what it gets is fresh.",
  ),
  rule(
    "R35",
    "Acknowledged never decreases, never exceeds what was handed over, and a forged, stale or foreign pong changes nothing",
    "A receipt can be relied on, whoever sends pongs.",
  ),
  rule(
    "R36",
    "What is acknowledged was received: at any death of the client, the acknowledged are a prefix of what it read",
    "Who resumes a feed knows from where.",
  ),
  rule(
    "R37",
    "A window shut with everything acknowledged does not exist; no wake-up is lost between receipt, drain and timer; who never answers is served by pressure alone",
    "Nobody is held back for an answer that cannot come.",
  ),
  rule(
    "R38",
    "What the connections of a server hold that are behind is on its budget exactly once, and never more than its limit after a turn; who keeps up loses nothing to it",
    "Many slow clients at once cost data of theirs, not the process.",
    "should",
  ),
  rule(
    "R39",
    "No connection is cut off by a rung of the ladder that is off, or before what that rung says has been so for its time and its grace; every one is by a bound after it; what had waited is in the books as closed",
    "An operator can rely on both: who is cut off deserved it, and who never recovers costs no more.",
    "should",
  ),
  rule(
    "R40",
    "Who comes back to a channel with a history is given every position after its place exactly once and in order, what was kept and then live, or one exact notice of what can no longer be had; a hole beyond that is of what the strategy has lost of its connection",
    "A client that was gone for a moment is where it would be had it stayed, or knows what it lacks.",
    "should",
  ),
  rule(
    "R41",
    "Across nodes a message comes to a member at most once, and those of one publisher on one channel in its order; on a channel that is ordered for all nodes every member that reads has every stored message in the order of its position, whatever nodes and broker do, and a publisher is told what was not stored",
    "Who outgrows one process need not know by which node or broker a message came.",
    "should",
  ),
  rule(
    "R42",
    "What waits between nodes is bounded in messages and bytes, every message that is lost there is counted by why, and a node that is slow keeps no other one waiting",
    "A broker that is away, or a node that is slow, costs what is counted, and not the memory of others.",
    "should",
  ),
  rule(
    "R43",
    "Where messages of a topic are missing between two that a client has, or at the end, and only there, it is told before the next which and how many they are and why; by that alone it has an account of the topic that is the server's",
    "Nothing is lost in silence: a client that lacks something can ask for it, or show that it does.",
    "should",
  ),
  rule(
    "R44",
    "Lanes have bounds and a strategy of their own and keep their order; a control message goes out before all that was offered after it, but for what has the place of an older message of its key; no lane waits for ever, but has one message in eight of what came before",
    "What steers a client is not behind, or lost for, what floods it.",
    "should",
  ),
  rule(
    "R45",
    "Of a key at most one message waits in a lane; a newer one takes its place, which counts as conflated and as nothing else; what goes out of a key is in the order in which it was offered, and the last that was taken goes out unless something else loses it",
    "A client that reads slowly has the freshest value of everything that its pace allows.",
    "should",
  ),
  rule(
    "R46",
    "No message is handed over once its lifetime has passed; it counts as expired, and its room is free",
    "What is too old to be worth anything takes nobody's bandwidth.",
    "should",
  ),
  rule(
    "R47",
    "Who joins a channel with a snapshot is given the snapshot whole and in its order, then every message published since the cut, in order, without overlap or hole but for what the strategy loses, which is counted; the source is asked for more only while there is room",
    "A late client has a picture that is right from its first live message on, at a cost that is bounded.",
    "should",
  ),
  rule(
    "R48",
    "A change of limits loses nothing, and what is held grows no further than the new limits or what was held at the change; the state is that which the fill has by the new marks",
    "An operator may change what a connection is allowed, while it runs.",
    "should",
  ),
  rule(
    "R49",
    "A server that was itself asleep blames nobody: no deadline is judged before one turn of I/O has passed after a late wake, and the time for which the loop stood still does not count",
    "A garbage collection, a long computation or a suspended machine is no slowness of a client's.",
    "should",
  ),
  rule(
    "R50",
    "Only fates that say something about the client count in its health",
    "A message that is too large, a sender too many or one of its own that was interrupted is the server's mistake.",
  ),
  rule(
    "R51",
    "Handlers of one client's messages begin in order, no more run at once and no more waits than the limits say, and each message is handled, waits or is dropped for one reason; who keeps to the rate is not closed for what came late",
    "What a client sends costs no more than it is allowed to, and a pause or a standstill of the server is no fault of the client's.",
    "should",
  ),
];
