/** One of a server's population: an open socket, its transport, and the two sides of its connection. */
import type { Configuration } from "@sluice/core";
import { Actor } from "../actor/Actor.js";
import type { ActorOptions } from "../actor/ActorOptions.js";
import type { ErrorListener } from "../actor/Reporter.js";
import { byteLength, type Message } from "../adapter/Message.js";
import type { Ends, SocketTransport } from "../adapter/SocketTransport.js";
import { PlainConnection } from "../view/PlainConnection.js";
import type { HubConnection } from "./HubOptions.js";

/** Whoever hears of what becomes of its members. */
export interface Household {
  /** Its connection has ended, and its socket stays until its client has read the rest. */
  lingers(member: Member): void;
  /** Its connection has ended. */
  departs(member: Member): void;
  failed(member: Member, error: unknown, what: string): void;
}

/** What a member is made of. */
export interface MemberOptions<P>
  extends Omit<ActorOptions<Message>, "transport" | "sizeOf" | "errorListener" | "makesRoom"> {
  readonly configuration: Configuration;
  /** Makes its transport, which tells of its end. */
  readonly transport: (ends: Ends) => P;
  /** 0 is none. */
  readonly idleTimeoutMillis: number;
}

export class Member<P extends SocketTransport = SocketTransport> implements Ends, ErrorListener {
  readonly socket: object;
  readonly idleTimeoutMillis: number;
  readonly transport: P;
  /** The side that its socket's callbacks speak to. */
  readonly actor: Actor<Message>;
  /** The side that users get. */
  readonly connection: HubConnection;
  readonly #household: Household;

  constructor(household: Household, socket: object, options: MemberOptions<P>) {
    this.#household = household;
    this.socket = socket;
    this.idleTimeoutMillis = options.idleTimeoutMillis;
    this.transport = options.transport(this);
    const { transport } = this;
    const own = { transport, sizeOf: byteLength, errorListener: this, makesRoom: true };
    this.actor = new Actor({ ...options, ...own });
    this.connection = new PlainConnection(this.actor);
  }

  onLinger(): void {
    this.#household.lingers(this);
  }

  onEnded(): void {
    this.#household.departs(this);
  }

  onError(error: unknown, what: string): void {
    this.#household.failed(this, error, what);
  }
}
