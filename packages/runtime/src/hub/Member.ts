/**
 * One of a server's population: an open socket, its transport, and the side of its connection that users get. Most have
 * nothing to do at a moment: the actor of a connection is made when there is something for it, and while there is
 * nothing for the length of a health window only what it has counted is kept.
 */
import type { Configuration, Elapsed, Label, OfferResult } from "@sluice/core";
import { Actor } from "../actor/Actor.js";
import type { ActorOptions } from "../actor/ActorOptions.js";
import { tooManyPings } from "../actor/CloseInfo.js";
import type { Holder } from "../actor/Holder.js";
import type { Limited } from "../actor/Lanes.js";
import { nextId } from "../actor/Named.js";
import { type Identity, nameplate } from "../actor/Nameplate.js";
import { isKeepAlive, keepAlive, mayTell } from "../actor/PingPayload.js";
import type { ConnectionStatistics } from "../actor/ReceiptStatistics.js";
import type { ErrorListener } from "../actor/Reporter.js";
import { firstWindow, type Rest, restingStatistics } from "../actor/Rest.js";
import type { Frame } from "../adapter/Frame.js";
import { byteLength, type Message } from "../adapter/Message.js";
import type { Ends, SocketTransport } from "../adapter/SocketTransport.js";
import type { Listener } from "../channels/Audience.js";
import type { Channels } from "../channels/Channels.js";
import type { Reader } from "../channels/Reader.js";
import type { Latecomer } from "../history/CatchUp.js";
import type { History } from "../history/History.js";
import { type Room, roomOf } from "../history/Room.js";
import type { Inbox } from "../incoming/Inbox.js";
import { Arrivals } from "../snapshot/Arrivals.js";
import { Watchers } from "../watch/Watchers.js";
import { ServerConnection, type Subscribing } from "./ServerConnection.js";

/** Whoever hears of what becomes of its members, and what they share. */
export interface Household {
  readonly channels: Channels<Member>;
  /** What is kept of channels, if anything is. */
  readonly history?: History | undefined;
  readonly services: Services;
  /** Its connection has ended, and its socket stays until its client has read the rest. */
  lingers(member: Member): void;
  /** Its connection has ended. */
  departs(member: Member): void;
  failed(member: Member, error: unknown, what: string): void;
}

/** What the actors of a server have in common. */
export interface Services
  extends Pick<
    ActorOptions<Message>,
    "flusher" | "context" | "vigil" | "joiner" | "budget" | "lanes" | "gapWire"
  > {
  readonly elapsed: Elapsed;
}

/** What a member is made of. */
export interface MemberOptions<P> extends Identity {
  readonly configuration: Configuration;
  /** Makes its transport, which tells of its end. */
  readonly transport: (ends: Ends) => P;
  /** 0 is none. */
  readonly idleTimeoutMillis: number;
}

export class Member<P extends SocketTransport = SocketTransport>
  implements Ends, ErrorListener, Holder<Message>, Latecomer, Listener, Subscribing
{
  readonly id = nextId();
  nameplate: Identity;
  configuration: Configuration;
  readonly socket: object;
  readonly idleTimeoutMillis: number;
  readonly transport: P;
  /** The side that users get. */
  readonly connection: ServerConnection;
  /** The actor, while there is something for it. */
  awake: Actor<Message> | undefined;
  inbox: Inbox | undefined;
  readonly #household: Household;
  #rest: Rest | undefined;
  /** Who looks at it while there is no actor. */
  #watchers: Watchers | undefined;
  /** Channels that it is to have from some moment on, if there ever were any. */
  #arrivals: Arrivals | undefined;
  /** When its client was asked whether it is there, and how long the answer took: -1 before. In whole milliseconds. */
  #askedMillis = 0;
  #answerMillis = -1;

  constructor(household: Household, socket: object, options: MemberOptions<P>) {
    this.#household = household;
    this.configuration = options.configuration;
    this.nameplate = nameplate(options);
    this.socket = socket;
    this.idleTimeoutMillis = options.idleTimeoutMillis;
    this.transport = options.transport(this);
    this.connection = new ServerConnection(this, this);
  }

  // ── Its actor ───────────────────────────────────────────────────────────────────────────────────────

  /** The side that its socket's callbacks speak to. */
  get actor(): Actor<Message> {
    this.awake ??= this.#wake();
    return this.awake;
  }

  #wake(): Actor<Message> {
    const { id, transport } = this;
    const rest = this.#rest;
    const own = { id, transport, rest, configuration: this.configuration };
    const all = { sizeOf: byteLength, errorListener: this, makesRoom: true };
    const actor = new Actor<Message>({ ...this.#household.services, ...own, ...all });
    if (this.#answerMillis >= 0) actor.receipts.isThere(this.#answerMillis);
    actor.adopt(rest, this.#watchers);
    this.#rest = undefined;
    this.#watchers = undefined;
    return actor;
  }

  reconfigure(configuration: Configuration): void {
    this.configuration = configuration;
    this.awake?.reconfigure(configuration);
  }

  get atRest(): ConnectionStatistics {
    const { configuration, transport } = this;
    const rest = this.#rest;
    const hasAnswered = rest?.hasAnswered ?? this.#answerMillis >= 0;
    const window = rest?.window ?? firstWindow(configuration, this.#answerMillis);
    const awaited = transport.pings === undefined ? "off" : "awaited";
    return restingStatistics(configuration, rest, window, hasAnswered ? "answered" : awaited);
  }

  /** Lets its actor go, if that has nothing to do and has had nothing for a while. */
  rest(): void {
    const actor = this.awake;
    const rest = actor?.rest();
    if (rest === undefined) return;
    this.#rest = rest;
    this.#watchers = actor?.pump.watchers;
    this.awake = undefined;
  }

  get watchers(): Watchers {
    if (this.awake !== undefined) return this.awake.watchers;
    this.#watchers ??= new Watchers(this.#household.services.elapsed);
    return this.#watchers;
  }

  get isClosed(): boolean {
    return this.awake?.outbox.state === "closed";
  }

  /** Asks its client for a sign of life. */
  ask(): void {
    if (this.awake !== undefined) this.awake.receipts.ask();
    else {
      this.#askedMillis = this.#nowMillis;
      this.transport.pings?.ping(keepAlive);
    }
  }

  /** A pong has come: true if it is nobody else's. */
  pong(payload: ArrayBuffer | Uint8Array): boolean {
    if (isKeepAlive(payload)) return this.#isThere();
    const isAsleep = this.awake === undefined;
    if (isAsleep && (this.#rest === undefined || !mayTell(payload))) return false;
    return this.actor.pong(payload);
  }

  /** A ping of its client has been answered. One that sends too many is cut off at once: its socket may starve all others. */
  pinged(bytes: number): void {
    if (!this.transport.pinged(bytes)) return;
    this.actor.evict(tooManyPings, "pings");
    this.transport.terminate();
  }

  #isThere(): boolean {
    if (this.transport.pings === undefined) return false;
    this.#answerMillis = Math.max(0, this.#nowMillis - this.#askedMillis);
    this.awake?.receipts.isThere(this.#answerMillis);
    return true;
  }

  /** Whole, so that it needs no box. */
  get #nowMillis(): number {
    return Math.round(this.#household.services.elapsed.millis());
  }

  // ── Channels ────────────────────────────────────────────────────────────────────────────────────────

  get reader(): Reader | undefined {
    return this.awake?.reading as Reader | undefined;
  }

  get isOpen(): boolean {
    return this.awake?.outbox.isOpen ?? true;
  }

  take(frame: Frame, bytes: number, limits?: Limited, label?: Label<Message>): OfferResult {
    return this.actor.take(frame, bytes, limits, label);
  }

  get subscriptions(): ReadonlyArray<string> {
    const wanted = this.#household.channels.of(this);
    return this.#arrivals === undefined ? wanted : [...wanted, ...this.#arrivals.channels];
  }

  subscribe(channel: string): boolean {
    if (this.#arrivals?.has(channel)) return false;
    this.reader?.leave();
    return this.#household.channels.subscribe(this, channel);
  }

  unsubscribe(channel: string): boolean {
    this.reader?.leave();
    const wasToBe = this.#arrivals?.end(channel) ?? false;
    return this.#household.channels.unsubscribe(this, channel) || wasToBe;
  }

  get arrivals(): Arrivals {
    const { channels, history } = this.#household;
    this.#arrivals ??= new Arrivals(this, channels, history);
    return this.#arrivals;
  }

  roomFor(limits: Limited | undefined): Room {
    return roomOf(this, limits);
  }

  /** It is subscribed to nothing any more. */
  forget(): void {
    this.#household.channels.forget(this);
    this.#arrivals?.endAll();
    this.inbox?.forget();
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
