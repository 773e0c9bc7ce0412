/** Every metric of the connections: names, help, labels, and where each value is. */
import { dropReasons, laneNames, rejectReasons, type Volume } from "@sluice/core";
import { events, healths } from "@sluice/machines";
import { by, type Family, one, type Series } from "./Family.js";
import { advice, openStates, type Picture, receiptStatuses } from "./Picture.js";
import type { Totals } from "./Totals.js";

/** What is known at the moment of a scrape. */
export interface Known {
  readonly picture: Picture;
  /** By event of the chart. */
  readonly crossings: Float64Array;
}

export const connectionFamilies: ReadonlyArray<Family<Known>> = [
  {
    name: "sluice_connections",
    help: "Open connections by the state of their flow.",
    series: by("state", openStates, ({ picture }, state) => picture.states[state]),
  },
  {
    name: "sluice_connections_health",
    help: "Open connections by health.",
    series: by("health", healths, ({ picture }, health) => picture.healths[health]),
  },
  {
    name: "sluice_connections_recommendation",
    help: "Open connections by what is recommended for them.",
    series: by("action", advice, ({ picture }, action) => picture.advice[action]),
  },
  {
    name: "sluice_connections_receipts",
    help: "Open connections by whether their clients answer the pings that ask what they have received.",
    series: by("status", receiptStatuses, ({ picture }, status) => picture.receipts[status]),
  },
  {
    name: "sluice_connections_opened_total",
    help: "Connections that were opened.",
    series: one(({ picture }) => picture.totals.connections),
  },
  {
    name: "sluice_crossings_total",
    help: "Steps of the chart by event: marks that were reached or cleared, stalls, evictions, closings.",
    series: by("event", events, ({ crossings }, event) => crossings[events.indexOf(event)] ?? 0),
  },
  ...volumes("offered", "offered to connections", (read) =>
    one(of(({ offered }) => read(offered))),
  ),
  ...volumes("delivered", "accepted by the transport", (read) =>
    one(of(({ delivered }) => read(delivered))),
  ),
  ...volumes("acknowledged", "that clients have certainly received", (read) =>
    one(of(({ acknowledged }) => read(acknowledged))),
  ),
  ...volumes("dropped", "taken and then not delivered, by reason", (read) =>
    by("reason", dropReasons, ({ picture }, reason) => read(picture.totals.dropped[reason])),
  ),
  ...volumes("rejected", "not taken, by reason", (read) =>
    by("reason", rejectReasons, ({ picture }, reason) => read(picture.totals.rejected[reason])),
  ),
  {
    name: "sluice_buffered_messages",
    help: "Messages in outboxes.",
    series: one(of(({ buffered }) => buffered.messages)),
  },
  {
    name: "sluice_buffered_bytes",
    help: "Bytes in outboxes; a broadcast message counts once for each connection that holds it.",
    unit: "bytes",
    series: one(of(({ buffered }) => buffered.bytes)),
  },
  {
    name: "sluice_lane_messages",
    help: "Messages in outboxes that are in a lane besides the connection's own.",
    series: by("lane", laneNames, ({ picture }, lane) => picture.totals.lanes[lane].messages),
  },
  {
    name: "sluice_keys",
    help: "Keys of which a message is in an outbox, of each connection.",
    series: one(of(({ keys }) => keys)),
  },
  {
    name: "sluice_buffer_limit_messages",
    help: "Messages that the outboxes of open connections may hold: the sum of maxMessages.",
    series: one(({ picture }) => picture.capacity.messages),
  },
  {
    name: "sluice_buffer_limit_bytes",
    help: "Bytes that the outboxes of open connections may hold: the sum of maxBytes.",
    unit: "bytes",
    series: one(({ picture }) => picture.capacity.bytes),
  },
  {
    name: "sluice_in_flight_messages",
    help: "Messages that were sent and are not acknowledged, of clients that answer.",
    series: one(({ picture }) => picture.inFlight.messages),
  },
  {
    name: "sluice_in_flight_bytes",
    help: "Bytes that were sent and are not acknowledged, of clients that answer.",
    unit: "bytes",
    series: one(({ picture }) => picture.inFlight.bytes),
  },
  {
    name: "sluice_waiting_senders",
    help: "Senders that wait with a message.",
    series: one(of(({ waiting }) => waiting.messages)),
  },
  {
    name: "sluice_throttles_total",
    help: "Times that a connection was throttled.",
    series: one(of(({ throttleEvents }) => throttleEvents)),
  },
  {
    name: "sluice_pauses_total",
    help: "Times that a connection was paused.",
    series: one(of(({ pauseEvents }) => pauseEvents)),
  },
  {
    name: "sluice_pause_seconds_total",
    help: "Time that connections were paused or dropping.",
    unit: "seconds",
    series: one(of(({ pausedMillis }) => pausedMillis / 1000)),
  },
];

/** From half a millisecond to a minute: a turn of the event loop at one end, the usual deadlines at the other. */
const timeBoundariesSeconds = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

/** The histograms of what is sampled, in this order: time in the outbox, waits of senders, batches, round trips. */
export const sampledFamilies = [
  {
    name: "sluice_outbox_time_seconds",
    help: "Time that a message was in the outbox until it was handed over; about one sample a second of each connection.",
    unit: "seconds",
    boundaries: timeBoundariesSeconds,
  },
  {
    name: "sluice_send_wait_seconds",
    help: "Time that a sender waited for its answer; those that did not have to wait are not counted.",
    unit: "seconds",
    boundaries: timeBoundariesSeconds,
  },
  {
    name: "sluice_flush_batch_messages",
    help: "Messages that one turn of a connection handed over; about one sample a second of each connection.",
    unit: undefined,
    boundaries: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
  },
  {
    name: "sluice_round_trip_seconds",
    help: "Time from a ping to its answer, what the client had to read before it included; about one sample a second of each connection that answers.",
    unit: "seconds",
    boundaries: timeBoundariesSeconds,
  },
] as const;

function of(read: (totals: Totals) => number): (known: Known) => number {
  return ({ picture }) => read(picture.totals);
}

/** Two families of one kind: its messages and its bytes. */
function volumes(
  kind: string,
  what: string,
  series: (read: (volume: Volume) => number) => ReadonlyArray<Series<Known>>,
): ReadonlyArray<Family<Known>> {
  return [
    {
      name: `sluice_${kind}_messages_total`,
      help: `Messages ${what}.`,
      series: series(({ messages }) => messages),
    },
    {
      name: `sluice_${kind}_bytes_total`,
      help: `Bytes ${what}.`,
      unit: "bytes",
      series: series(({ bytes }) => bytes),
    },
  ];
}
