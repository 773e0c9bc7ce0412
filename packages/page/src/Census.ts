/** Everyone who is connected, by route, and the sums of those who have left, while somebody wants to know. */
import { lost, type StepListener } from "@sluice/core";
import { Totals } from "@sluice/runtime/metrics";
import type { Sluice, UwsConnection } from "@sluice/uws";
import type { Totals as Brief } from "./Protocol.js";

/** The connections of a server by route, each a `Sluice` or the registry of one. */
export type Routes = Readonly<Record<string, Pick<Sluice, "connections">>>;

/** One who is connected. */
export class Member {
  readonly route: string;
  readonly connection: UwsConnection;
  readonly #observer: StepListener;
  #unobserve: (() => void) | undefined;

  constructor(route: string, connection: UwsConnection, observer: StepListener) {
    this.route = route;
    this.connection = connection;
    this.#observer = observer;
  }

  /** The observer is told of its steps from now on, if it was not already. */
  observe(): void {
    this.#unobserve ??= this.connection.observe(this.#observer);
  }

  unobserve(): void {
    this.#unobserve?.();
  }
}

/** Of one watch: it is started and stopped once. */
export class Census {
  readonly #routes: Routes;
  readonly #observer: StepListener;
  readonly #members = new Set<Member>();
  readonly #gone = new Totals();
  #stops: Array<() => void> = [];
  #state: "starting" | "watching" | "stopped" = "starting";

  /**
   * The observer is told of every step of everyone: of those who come from then on, of those who are there from when
   * they are looked at first. To begin with all of them at once would stop the event loop.
   */
  constructor(routes: Routes, observer: StepListener) {
    this.#routes = routes;
    this.#observer = observer;
  }

  start(): void {
    this.#stops = Object.entries(this.#routes).map(([route, { connections }]) =>
      connections.follow((connection) => this.#enter(route, connection)),
    );
    this.#state = "watching";
  }

  stop(): void {
    this.#state = "stopped";
    for (const stop of this.#stops) stop();
  }

  /** Those who are there now, and a sum to which theirs is to be added. */
  take(): { readonly members: ReadonlyArray<Member>; readonly gone: Totals } {
    return { members: [...this.#members], gone: copyOf(this.#gone) };
  }

  /** Returns how to let go of it. */
  #enter(route: string, connection: UwsConnection): () => void {
    const member = new Member(route, connection, this.#observer);
    if (this.#state === "watching") member.observe();
    this.#members.add(member);
    return () => {
      member.unobserve();
      this.#members.delete(member);
      // Nobody asks for the sums of a watch that is over, and everyone's would take long.
      if (this.#state !== "stopped") this.#gone.add(connection.stats());
    };
  }
}

/** Looks a connection up by its id. */
export function connectionOf(routes: Routes, id: string): UwsConnection | undefined {
  for (const { connections } of Object.values(routes)) {
    const connection = connections.get(id);
    if (connection !== undefined) return connection;
  }
  return undefined;
}

/** As much of a sum as the page shows. */
export function inBrief({ offered, delivered, dropped, rejected, buffered }: Totals): Brief {
  return {
    offered: offered.messages,
    delivered: delivered.messages,
    deliveredBytes: delivered.bytes,
    lost: lost({ dropped, rejected }).messages,
    buffered: buffered.messages,
    bufferedBytes: buffered.bytes,
  };
}

/** A sum of its own, to go on adding to. */
export function copyOf(totals: Totals): Totals {
  const copy = new Totals();
  copy.include(totals);
  return copy;
}
