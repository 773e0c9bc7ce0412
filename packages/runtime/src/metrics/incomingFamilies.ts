/** The metrics of what clients send to a server that paces that. */
import { type IncomingStatistics, incomingLosses } from "../incoming/IncomingCounts.js";
import { by, type Family, one } from "./Family.js";

export const incomingFamilies: ReadonlyArray<Family<IncomingStatistics>> = [
  {
    name: "sluice_received_messages_total",
    help: "Messages that clients have sent.",
    series: one(({ received }) => received.messages),
  },
  {
    name: "sluice_received_bytes_total",
    help: "Bytes of messages that clients have sent.",
    unit: "bytes",
    series: one(({ received }) => received.bytes),
  },
  {
    name: "sluice_handled_messages_total",
    help: "Messages of clients that were handed to a handler.",
    series: one(({ handled }) => handled.messages),
  },
  {
    name: "sluice_unhandled_messages_total",
    help: "Messages of clients that never were, by reason.",
    series: by("reason", incomingLosses, ({ dropped }, loss) => dropped[loss].messages),
  },
  {
    name: "sluice_handlers_running",
    help: "Handlers of messages that are under way.",
    series: one(({ running }) => running),
  },
  {
    name: "sluice_inbox_messages",
    help: "Messages of clients that wait for a handler.",
    series: one(({ waiting }) => waiting.messages),
  },
  {
    name: "sluice_inbox_bytes",
    help: "Bytes of messages of clients that wait for a handler.",
    unit: "bytes",
    series: one(({ waiting }) => waiting.bytes),
  },
  {
    name: "sluice_socket_pauses_total",
    help: "Times that a socket was paused, because too much of its client waited for a handler.",
    series: one(({ pauses }) => pauses),
  },
];
