/**
 * What a Prometheus server scrapes: everything that the connections count, and the process beside it.
 *
 * Labels are bounded: a path, a state, a reason; never a connection. The figures are read off the connections
 * at each scrape, so they cost nothing in between; counters include the connections that have closed.
 */
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { ConnectionBook, ConnectionReport } from "../ConnectionBook.js";
import { Totals } from "../Totals.js";
import { type Path, paths } from "../Visitor.js";

/** Prometheus text for the connections of a book. */
export class Metrics {
  readonly contentType: string;
  readonly #registry = new Registry();
  readonly #book: ConnectionBook;

  constructor(book: ConnectionBook) {
    this.#book = book;
    this.contentType = this.#registry.contentType;
    collectDefaultMetrics({ register: this.#registry });
    for (const family of families) this.#register(family);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #register({ name, help, labels, read }: Family): void {
    const book = this.#book;
    const settings = {
      name: `sluice_${name}`,
      help,
      labelNames: ["path", ...labels],
      registers: [this.#registry],
    };
    // A name that ends in _total is a counter: so Prometheus has it, and so has this list.
    if (name.endsWith("_total")) {
      new Counter({
        ...settings,
        collect() {
          this.reset();
          for (const picture of picturesOf(book)) {
            read(picture, (value, rest) => this.inc({ path: picture.path, ...rest }, value));
          }
        },
      });
    } else {
      new Gauge({
        ...settings,
        collect() {
          this.reset();
          for (const picture of picturesOf(book)) {
            read(picture, (value, rest) => this.set({ path: picture.path, ...rest }, value));
          }
        },
      });
    }
  }
}

/** One path at the moment of a scrape. */
interface Picture {
  readonly path: Path;
  readonly open: ReadonlyArray<ConnectionReport>;
  /** Of open and closed connections together. */
  readonly totals: Totals;
}

/** One name of the exposition: what it is, and its values in a picture. */
interface Family {
  readonly name: string;
  readonly help: string;
  readonly labels: ReadonlyArray<string>;
  readonly read: (
    picture: Picture,
    tell: (value: number, labels?: Record<string, string>) => void,
  ) => void;
}

const states = ["normal", "throttled", "paused", "dropping", "closing"] as const;
const healths = ["healthy", "degraded", "unhealthy"] as const;

const families: ReadonlyArray<Family> = [
  {
    name: "connections",
    help: "Open connections by the state of their flow.",
    labels: ["state"],
    read: ({ open }, tell) => {
      for (const state of states) tell(open.filter((one) => one.state === state).length, { state });
    },
  },
  {
    name: "connections_health",
    help: "Open connections by health.",
    labels: ["health"],
    read: ({ open }, tell) => {
      for (const health of healths) {
        tell(open.filter((one) => one.health === health).length, { health });
      }
    },
  },
  {
    name: "connections_opened_total",
    help: "Connections that were opened.",
    labels: [],
    read: ({ totals }, tell) => tell(totals.connections),
  },
  {
    name: "buffered_messages",
    help: "Messages in outboxes.",
    labels: [],
    read: ({ totals }, tell) => tell(totals.buffered.messages),
  },
  {
    name: "buffered_bytes",
    help: "Bytes in outboxes; a broadcast message counts once for each connection that holds it.",
    labels: [],
    read: ({ totals }, tell) => tell(totals.buffered.bytes),
  },
  {
    name: "waiting_senders",
    help: "Senders that wait with a message.",
    labels: [],
    read: ({ totals }, tell) => tell(totals.waiting.messages),
  },
  ...volumes("offered", "offered to connections", ({ totals }, tell) => tell(totals.offered)),
  ...volumes("delivered", "accepted by the transport", ({ totals }, tell) =>
    tell(totals.delivered),
  ),
  ...volumes("dropped", "taken and then not delivered, by reason", ({ totals }, tell) => {
    for (const [reason, volume] of Object.entries(totals.dropped)) tell(volume, { reason });
  }),
  ...volumes("rejected", "not taken, by reason", ({ totals }, tell) => {
    for (const [reason, volume] of Object.entries(totals.rejected)) tell(volume, { reason });
  }),
  {
    name: "throttle_events_total",
    help: "Times that a connection was throttled.",
    labels: [],
    read: ({ totals }, tell) => tell(totals.throttleEvents),
  },
  {
    name: "pause_events_total",
    help: "Times that a connection was paused.",
    labels: [],
    read: ({ totals }, tell) => tell(totals.pauseEvents),
  },
  {
    name: "pause_seconds_total",
    help: "Time that connections were paused or dropping.",
    labels: [],
    read: ({ totals }, tell) => tell(totals.pausedMillis / 1000),
  },
];

/** Two families of one kind: its messages and its bytes. */
function volumes(
  kind: string,
  what: string,
  read: (
    picture: Picture,
    tell: (
      volume: { readonly messages: number; readonly bytes: number },
      labels?: Record<string, string>,
    ) => void,
  ) => void,
): ReadonlyArray<Family> {
  const labels = what.endsWith("by reason") ? ["reason"] : [];
  return (["messages", "bytes"] as const).map((unit) => ({
    name: `${unit}_${kind}_total`,
    help: `${unit === "messages" ? "Messages" : "Bytes"} ${what}.`,
    labels,
    read: (picture, tell) => read(picture, (volume, rest) => tell(volume[unit], rest)),
  }));
}

function picturesOf(book: ConnectionBook): ReadonlyArray<Picture> {
  const all = book.open();
  return paths.map((path) => {
    const open = all.filter((one) => one.path === path);
    const totals = new Totals();
    totals.include(book.closedTotals[path]);
    for (const one of open) totals.add(one);
    return { path, open, totals };
  });
}
