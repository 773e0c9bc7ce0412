/**
 * A server's population: it opens a connection for each socket, finds it again, sends to everyone, looks at everyone
 * once a second, and closes everyone. An adapter tells it what its sockets tell, and brings a transport for each.
 *
 * What it sees to: nothing is called on a socket that has closed; whatever is thrown in a handler or in a function of
 * the options costs its own connection and no other; a socket may close at any moment, also while it is being opened.
 */
import type { Inspect } from "@sluice/core";
import type { Context } from "effect";
import { attempt } from "../actor/Attempt.js";
import { timeOf } from "../actor/Clock.js";
import { type CloseOptions, farewell, slowConsumer } from "../actor/CloseInfo.js";
import type { SocketTransport } from "../adapter/SocketTransport.js";
import { Channels } from "../channels/Channels.js";
import { FanOut } from "../channels/FanOut.js";
import { Publisher } from "../channels/Publisher.js";
import type { Inboxes } from "../incoming/Inboxes.js";
import { ConnectionRegistry } from "./ConnectionRegistry.js";
import { checkContext, type HubConnection, type HubOptions, HubSettings } from "./HubOptions.js";
import { Looks } from "./Looks.js";
import { type Household, Member, type Services } from "./Member.js";
import { idle, type Opening, type SocketEnd, type SocketKind } from "./Opening.js";
import { Population } from "./Population.js";
import { type Report, Reports } from "./Reports.js";

/** `About` is what the functions of the options are told: the socket first. */
export class Hub<
  About extends readonly [object, ...ReadonlyArray<unknown>],
  P extends SocketTransport = SocketTransport,
> {
  /** Everyone who is connected. */
  readonly connections = new ConnectionRegistry<HubConnection>({
    onError: (error) => this.report(error, undefined, "a listener to its connections failed"),
  });
  /** Tells whoever hears of what goes wrong. */
  readonly report: Report;
  /** Sends to many. */
  readonly publisher: Publisher;
  /** What its clients send takes its turn there, if that is wanted. */
  readonly inboxes: Inboxes<About[0]> | undefined;
  readonly #reports: Reports;
  readonly #settings: HubSettings<About>;
  readonly #kind: SocketKind;
  readonly #channels: Channels<Member>;
  readonly #household: Household;
  readonly #population: Population<About[0], P>;
  readonly #looks: Looks<About[0], P>;
  /** The socket that is being opened, until it closes. */
  #opening: About[0] | undefined;
  #isClosed = false;

  /**
   * `context` has the services that its fibers run with.
   *
   * @throws {ConfigurationError} when the configuration or another option is not valid.
   * @throws {TypeError} for a context that is none.
   */
  constructor(options: HubOptions<About>, context: Context.Context<never>, kind: SocketKind) {
    this.#reports = new Reports(options?.onError, context);
    this.report = this.#reports.tell;
    this.#settings = new HubSettings(options, this.report);
    checkContext(context);
    this.#kind = kind;
    this.#population = new Population(kind.stranger);
    this.#channels = new Channels(options.channels, this.report);
    const { budget, services: given, flusher, joiner } = this.#settings;
    this.connections.budget = budget;
    const services = { ...given, context, ...timeOf(context) };
    this.#household = this.#makeHousehold(services);
    const [{ history }, population] = [this.#household, this.#population];
    const everyone = () => population.everyone;
    this.publisher = new Publisher(everyone, this.#channels, new FanOut(flusher, joiner), history);
    const { connections, publisher, report } = this;
    this.inboxes = this.#settings.inboxes(this, population, kind, services);
    connections.inboxes = this.inboxes;
    publisher.join(options.bus, { flusher, elapsed: services.elapsed, report });
    this.#looks = new Looks({ population, connections, publisher, context, report });
  }

  // ── What users ask ──────────────────────────────────────────────────────────────────────────────────

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** How many connections have closed in order whose sockets wait for their clients to read the rest. */
  get lingering(): number {
    return this.#population.lingering;
  }

  /**
   * The connection of a socket, also after it has closed.
   *
   * @throws {Error} for a socket that never was open here.
   */
  of(socket: About[0]): HubConnection {
    return this.#population.of(socket);
  }

  /** The connection of a socket while that is open; undefined for any other. */
  find(socket: About[0]): HubConnection | undefined {
    return this.#population.find(socket);
  }

  /**
   * Closes everyone in order, for at most the `closeTimeoutMillis` of each. Who comes afterwards is refused.
   *
   * Rejects with a `RangeError` or a `TypeError` for a code or a reason that cannot be sent; nothing has changed then.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    farewell(options, slowConsumer);
    this.#isClosed = true;
    await this.#population.close(options);
    await this.publisher.bus?.close();
  }

  toJSON(): object {
    const { isClosed, lingering, connections } = this;
    return { isClosed, lingering, connections };
  }

  /** For `console.log`: whether it is closed, how many are connected, and the first of them. */
  shown(options: object, inspect: Inspect): string {
    const lingering = this.lingering > 0 ? ` (${this.lingering} lingering)` : "";
    return `Sluice${this.isClosed ? " (closed)" : ""}${lingering} ${inspect(this.connections, options)}`;
  }

  // ── What adapters tell ──────────────────────────────────────────────────────────────────────────────

  /** Gives a socket its connection; false if it has none, or none any more. */
  open(about: About, opening: Opening<P>): boolean {
    const [socket] = about;
    if (this.#isClosed) {
      opening.refuse(1001, "going away");
      return false;
    }
    this.#opening = socket;
    try {
      const configuration = this.#settings.configuration(about);
      opening.check?.(configuration);
      const identity = this.#settings.identity(about);
      // The functions of the options may have closed it: then there is nothing to open.
      if (this.#opening !== socket || opening.isOpen?.() === false) return false;
      const { transport, idleTimeoutMillis } = opening;
      const own = { configuration, ...identity, transport, idleTimeoutMillis };
      const member = new Member(this.#household, socket, own);
      member.inbox = this.inboxes?.open(socket, member);
      this.#population.enter(socket, member);
      this.#looks.heard(member.transport);
      member.ask();
      this.#looks.begin();
      this.connections.add(member.connection);
      // Whoever hears of arrivals may have closed it.
      return this.find(socket) !== undefined;
    } catch (error) {
      if (this.#opening === socket) opening.refuse(1011, "internal error");
      this.report(error, undefined, "a connection could not be opened");
      return false;
    } finally {
      this.#opening = undefined;
    }
  }

  /** The client has said something. */
  heard(socket: About[0]): void {
    const transport = this.#population.get(socket)?.transport;
    if (transport !== undefined) this.#looks.heard(transport);
  }

  /** The client has sent a pong: true if it is nobody else's. */
  pong(socket: About[0], payload: ArrayBuffer | Uint8Array): boolean {
    this.heard(socket);
    return this.#population.get(socket)?.pong(payload) ?? false;
  }

  /** The client has sent a ping with so many bytes, and the socket answers it by itself. */
  pinged(socket: About[0], bytes: number): void {
    this.heard(socket);
    this.#population.get(socket)?.pinged(bytes);
  }

  /** The socket has taken some of what it held; if nothing else is known, because its client reads. */
  drained(socket: About[0], hasRead = true): void {
    if (hasRead) this.heard(socket);
    this.#population.get(socket)?.actor.drained();
  }

  /** Until its next turn of the flush nothing is written to the socket: it is in a callback that does not bear it. */
  hold(socket: About[0]): void {
    this.#population.get(socket)?.actor.hold();
  }

  /** The socket has closed. `told` is called before its connection goes from `connections`. */
  closed(socket: About[0], end: SocketEnd, told: () => void = () => {}): void {
    if (this.#opening === socket) this.#opening = undefined;
    const opened = this.#population.get(socket);
    if (opened === undefined) return;
    const { transport, actor, connection } = opened;
    const { code, reason, by } = transport.isIdle ? idle : end;
    transport.closed();
    actor.disconnected(code, reason, by);
    try {
      told();
    } finally {
      this.#population.leave(socket, connection);
      this.#depart(opened);
    }
  }

  /** Whether a socket is open here, or was. */
  knows(socket: About[0]): boolean {
    return this.#population.knows(socket);
  }

  /** A socket that was refused has this connection, which has closed. */
  remember(socket: About[0], connection: HubConnection): void {
    this.#population.leave(socket, connection);
  }

  /** Runs a handler: what it throws, now or later, closes its own connection and is reported. */
  guard(socket: About[0], handler: () => unknown): void {
    const connection = this.of(socket);
    attempt(handler, (error) => {
      const isGone = this.find(socket) === undefined;
      this.#reports.handlerFailed(error, connection, isGone, this.#kind.isLateUse);
    });
  }

  #makeHousehold(services: Services): Household {
    return {
      services,
      history: this.#settings.history(services.elapsed),
      channels: this.#channels,
      lingers: (member) => {
        this.#population.linger(member.socket as About[0]);
        this.#depart(member);
      },
      departs: (member) => this.#depart(member),
      failed: ({ connection }, error, what) => this.#reports.tellOnce(error, connection, what),
    };
  }

  /** A connection has ended, though its socket may be there for a while. */
  #depart(member: Member): void {
    member.forget();
    this.#population.changed();
    this.connections.remove(member.connection);
    if (this.connections.size === 0) this.#looks.stop();
  }
}
