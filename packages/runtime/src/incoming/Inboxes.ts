/** The inboxes of a server, of which each connection has one. There are none unless the option `incoming` is given. */
import type { Member } from "../hub/Member.js";
import { type Handling, Inbox, type InboxTime, type Receiving } from "./Inbox.js";
import { IncomingCounts, type IncomingStatistics } from "./IncomingCounts.js";
import type { IncomingLimits } from "./IncomingOptions.js";

/** The server that they are of. */
export interface Serving<S extends object> {
  guard(socket: S, handler: Handling): void;
}

/** Its connections. */
export interface Peopled<S extends object> {
  get(socket: S): { readonly inbox: Inbox | undefined } | undefined;
  find(socket: S): unknown;
}

export class Inboxes<S extends object> {
  readonly #counts = new IncomingCounts();
  readonly #limits: IncomingLimits;
  readonly #server: Serving<S>;
  readonly #population: Peopled<S>;
  readonly #time: InboxTime;

  constructor(limits: IncomingLimits, server: Serving<S>, population: Peopled<S>, time: InboxTime) {
    this.#limits = limits;
    this.#server = server;
    this.#population = population;
    this.#time = time;
  }

  /** What all clients have sent, those that have gone included. */
  get statistics(): IncomingStatistics {
    return this.#counts.statistics();
  }

  /** A client has sent a message: see `take` of an inbox. What a stranger sends is nobody's. */
  take(socket: S, bytes: number, handle: Handling, keep: () => Handling): void {
    this.#population.get(socket)?.inbox?.take(bytes, handle, keep);
  }

  /** The inbox of a connection that opens. */
  open(socket: S, member: Member): Inbox {
    const [server, population] = [this.#server, this.#population];
    const receiving: Receiving = {
      get isOpen() {
        return population.find(socket) !== undefined;
      },
      guard: (handling: Handling) => server.guard(socket, handling),
      close: (farewell, why) => member.actor.evict(farewell, why),
      listen: (isListening) => member.transport.listen(isListening),
    };
    const { elapsed, vigil } = this.#time;
    return new Inbox(receiving, { limits: this.#limits, elapsed, vigil, whole: this.#counts });
  }
}
