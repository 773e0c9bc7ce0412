/** One of a server's population: an open socket, its transport, and the two sides of its connection. */
import type { Configuration, OfferResult } from "@sluice/core";
import { Actor } from "../actor/Actor.js";
import type { ActorOptions } from "../actor/ActorOptions.js";
import type { ErrorListener } from "../actor/Reporter.js";
import type { Frame } from "../adapter/Frame.js";
import { byteLength, type Message } from "../adapter/Message.js";
import type { Ends, SocketTransport } from "../adapter/SocketTransport.js";
import type { Listener } from "../channels/Audience.js";
import type { Channels } from "../channels/Channels.js";
import type { Reader } from "../channels/Reader.js";
import { ServerConnection, type Subscribing } from "./ServerConnection.js";

/** Whoever hears of what becomes of its members. */
export interface Household {
  readonly channels: Channels<Member>;
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

export class Member<P extends SocketTransport = SocketTransport>
  implements Ends, ErrorListener, Listener, Subscribing
{
  readonly socket: object;
  readonly idleTimeoutMillis: number;
  readonly transport: P;
  /** The side that its socket's callbacks speak to. */
  readonly actor: Actor<Message>;
  /** The side that users get. */
  readonly connection: ServerConnection;
  readonly #household: Household;

  constructor(household: Household, socket: object, options: MemberOptions<P>) {
    this.#household = household;
    this.socket = socket;
    this.idleTimeoutMillis = options.idleTimeoutMillis;
    this.transport = options.transport(this);
    const { transport } = this;
    const own = { transport, sizeOf: byteLength, errorListener: this, makesRoom: true };
    this.actor = new Actor({ ...options, ...own });
    this.connection = new ServerConnection(this.actor, this);
  }

  // ── Channels ────────────────────────────────────────────────────────────────────────────────────────

  get reader(): Reader | undefined {
    return this.actor.reading as Reader | undefined;
  }

  get isOpen(): boolean {
    return this.actor.outbox.isOpen;
  }

  take(frame: Frame, bytes: number): OfferResult {
    return this.actor.offer(frame, bytes);
  }

  get subscriptions(): ReadonlyArray<string> {
    return this.#household.channels.of(this);
  }

  subscribe(channel: string): boolean {
    this.actor.reading?.leave();
    return this.#household.channels.subscribe(this, channel);
  }

  unsubscribe(channel: string): boolean {
    this.actor.reading?.leave();
    return this.#household.channels.unsubscribe(this, channel);
  }

  // ── Its end, and what goes wrong ────────────────────────────────────────────────────────────────────

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
