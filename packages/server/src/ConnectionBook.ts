/**
 * Who is connected, who was, and what became of their messages.
 *
 * Totals outlive their connections, so that a counter made from them never goes down; the particulars of
 * closed connections are kept for the latest only.
 */
import { imbalance, type Recommendation, type Statistics } from "@sluice/core";
import type { CloseInfo, ConnectionStatistics } from "@sluice/runtime";
import { Totals, TurnShare } from "@sluice/runtime/metrics";
import type { UwsConnection } from "@sluice/uws";
import { Glance, type Gone } from "./Glance.js";
import type { Path, Visitor } from "./Visitor.js";

/** What is shown of a visitor. */
type Named = Omit<Visitor, "isGuest" | "maxMessages">;

/** One connection at a moment: an object of `GET /connections`. */
export interface ConnectionReport extends Named, ConnectionStatistics {
  readonly id: string;
  /** How many messages its outbox holds. */
  readonly maxMessages: number;
  readonly recommendation: Recommendation;
}

/** A connection that has ended. */
export interface ClosedReport extends ConnectionReport {
  readonly closed: CloseInfo;
}

/** What became of the messages of all connections that there were. */
export interface Accounts
  extends Pick<ConnectionBook, "closed" | "open" | "forgotten" | "forgottenUnbalanced"> {
  /** Whose accounts there are not, in words. */
  readonly unknown?: ReadonlyArray<string>;
}

/** Closed connections whose particulars are kept. */
const maxRemembered = 1_000;

export class ConnectionBook {
  /** Of closed connections, by path. */
  readonly closedTotals: Readonly<Record<Path, Totals>> = {
    "/query": new Totals(),
    "/feed": new Totals(),
  };
  /** Closed connections whose particulars are no longer kept. */
  forgotten = 0;
  /** Those among them whose counts did not balance. */
  forgottenUnbalanced = 0;

  readonly #open = new Map<UwsConnection, Named>();
  #closed: Array<ClosedReport> = [];

  /** Enters a connection; it is entered as closed when it closes. */
  enter(connection: UwsConnection, visitor: Named): void {
    this.#open.set(connection, visitor);
    connection.onClosed((info) => {
      this.#open.delete(connection);
      this.#remember({ ...reportOf(connection, visitor), closed: info });
    });
  }

  /** Connections that are open or closing. */
  get size(): number {
    return this.#open.size;
  }

  /** Those that are open or closing, in the order in which they came. */
  open(): ReadonlyArray<ConnectionReport> {
    return [...this.each()];
  }

  /** Each of them as it is when it is come to; those that have closed since the first was are `closed` then. */
  *each(): Generator<ConnectionReport> {
    for (const [connection, visitor] of [...this.#open]) yield reportOf(connection, visitor);
  }

  /** Each of them that has not closed when it is come to. */
  *present(): Generator<ConnectionReport> {
    for (const report of this.each()) if (report.state !== "closed") yield report;
  }

  /** Looks at all of them, in as many turns of the event loop as it takes; keeps so many of the first. */
  async glance(maxFirst: number): Promise<Glance> {
    const glance = new Glance(maxFirst, this.#gone());
    const share = new TurnShare();
    for (const one of this.each()) {
      glance.add(one);
      if (share.isOver) await share.turn();
    }
    return glance;
  }

  #gone(): Gone {
    const gone = { connections: 0, delivered: 0 };
    for (const { connections, delivered } of Object.values(this.closedTotals)) {
      gone.connections += connections;
      gone.delivered += delivered.messages;
    }
    return gone;
  }

  /** What an open connection's client calls itself, or "". */
  clientOf(connection: UwsConnection): string {
    return this.#open.get(connection)?.client ?? "";
  }

  /** Open connections whose client's name passes. */
  find(isWanted: (client: string) => boolean): ReadonlyArray<UwsConnection> {
    const found: Array<UwsConnection> = [];
    for (const [connection, { client }] of this.#open) if (isWanted(client)) found.push(connection);
    return found;
  }

  /** Closes the connections of a client of the demonstration, in order: they have its name, or one below it. */
  dismiss(client: string, reason: string): void {
    const isIts = (name: string) => name === client || name.startsWith(`${client}.`);
    for (const connection of this.find(isIts)) void connection.close({ code: 1000, reason });
  }

  /** Those that are open or closing, each as it is when it is shown, in the order in which they came. */
  *shown(): Generator<{ readonly id: string; readonly toJSON: () => ConnectionReport }> {
    for (const [connection, visitor] of [...this.#open]) {
      yield { id: connection.id, toJSON: () => reportOf(connection, visitor) };
    }
  }

  /** The latest of those that have closed, in the order in which they did. */
  closed(): ReadonlyArray<ClosedReport> {
    return this.#closed;
  }

  #remember(report: ClosedReport): void {
    this.closedTotals[report.path].add(report);
    this.#closed.push(report);
    if (this.#closed.length <= maxRemembered) return;
    const forgotten = this.#closed.shift() as ClosedReport;
    this.forgotten++;
    if (!balances(forgotten)) this.forgottenUnbalanced++;
  }
}

/** Whether every message and every byte that was offered has exactly one fate. */
export function balances(statistics: Statistics): boolean {
  const { messages, bytes } = imbalance(statistics);
  return messages === 0 && bytes === 0;
}

function reportOf(connection: UwsConnection, { path, client }: Named): ConnectionReport {
  const { statistics, recommendation } = connection.look();
  const { id, configuration } = connection;
  const { overflow: policy, maxMessages } = configuration;
  return { id, path, client, policy, maxMessages, ...statistics, recommendation };
}
