/** Everyone who is connected, by route, and the sums of those who have left, while somebody wants to know. */
import { type Statistics, type StepListener, total } from "@sluice/core";
import type { Sluice, UwsConnection } from "@sluice/uws";
import type { Totals } from "./Protocol.js";

/** The connections of a server by route, each a `Sluice` or the registry of one. */
export type Routes = Readonly<Record<string, Pick<Sluice, "connections">>>;

/** One who is connected. */
export interface Member {
  readonly route: string;
  readonly connection: UwsConnection;
}

export class Census {
  readonly #routes: Routes;
  readonly #observer: StepListener;
  readonly #members = new Set<Member>();
  #stops: Array<() => void> = [];
  #gone = new Sum();

  /** The observer is told of every step of everyone. */
  constructor(routes: Routes, observer: StepListener) {
    this.#routes = routes;
    this.#observer = observer;
  }

  start(): void {
    this.#stops = Object.entries(this.#routes).map(([route, { connections }]) =>
      connections.follow((connection) => this.#enter({ route, connection })),
    );
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#gone = new Sum();
  }

  /** Those who are there now, and a sum to which theirs is to be added. */
  take(): { readonly members: ReadonlyArray<Member>; readonly gone: Sum } {
    return { members: [...this.#members], gone: this.#gone.copy() };
  }

  /** Looks a connection up by its id. */
  find(id: string): UwsConnection | undefined {
    for (const { connections } of Object.values(this.#routes)) {
      const connection = connections.get(id);
      if (connection !== undefined) return connection;
    }
    return undefined;
  }

  /** Returns how to let go of it. */
  #enter(member: Member): () => void {
    const { connection } = member;
    const unobserve = connection.observe(this.#observer);
    this.#members.add(member);
    return () => {
      unobserve();
      this.#members.delete(member);
      this.#gone.add(connection.stats());
    };
  }
}

/** Statistics added up. */
export class Sum implements Totals {
  offered = 0;
  delivered = 0;
  deliveredBytes = 0;
  lost = 0;
  buffered = 0;
  bufferedBytes = 0;

  add({ offered, delivered, buffered, dropped, rejected }: Statistics): void {
    this.offered += offered.messages;
    this.delivered += delivered.messages;
    this.deliveredBytes += delivered.bytes;
    this.lost += total(dropped).messages + total(rejected).messages;
    this.buffered += buffered.messages;
    this.bufferedBytes += buffered.bytes;
  }

  copy(): Sum {
    return Object.assign(new Sum(), this);
  }
}
