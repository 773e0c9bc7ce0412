/**
 * The sending side of Stately's inspector, for a server that must not feel it.
 *
 * `createWebSocketInspector` of `@statelyai/inspect` speaks the same protocol, from the same code, but gives up when
 * its relay closes the connection, and queues without a bound for one that is slow. This one keeps no queue: whoever
 * is live is announced, in its present state, whenever the relay has been reached or has caught up.
 */
import { createInspector } from "@statelyai/inspect";
import type { InspectionEvent, Observer } from "xstate";
import type { ActorInspector } from "./Mirror.js";
import { RelayLink, type RelayLinkOptions } from "./RelayLink.js";

/** An actor has come to be. */
type Announcement = Extract<InspectionEvent, { readonly type: "@xstate.actor" }>;

export class Inspector implements ActorInspector {
  readonly #link: RelayLink;
  readonly #live = new Map<string, Announcement>();
  readonly #stately = createInspector({ send: (event) => this.#send(event) });
  /** Events that Stately's inspector has been given and has not sent yet: it does so a turn later. */
  #pending = 0;
  #hasMissed = false;
  #dropped = 0;
  #given = 0;
  #givenWhenAnnounced = 0;

  private constructor(options: RelayLinkOptions) {
    this.#link = new RelayLink(
      options,
      () => this.announce(),
      () => this.#catchUp(),
    );
  }

  /**
   * Begins to connect to a relay, and goes on trying until it is stopped.
   *
   * @throws {RelayUrlError} when the address is not that of a WebSocket.
   */
  static connect(options: RelayLinkOptions = {}): Inspector {
    return new Inspector(options);
  }

  /** For XState: `createActor(logic, { inspect: inspector.inspect })`. */
  readonly inspect: Observer<InspectionEvent> = { next: (event) => this.#next(event) };

  /** Where the relay is. */
  get url(): string {
    return this.#link.url;
  }

  get isConnected(): boolean {
    return this.#link.isOpen;
  }

  /** Messages that the relay did not get, because it was not there or too slow. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Tells the relay once more of every actor that is live, and of its present state. */
  announce(): void {
    this.#hasMissed = false;
    this.#givenWhenAnnounced = this.#given;
    for (const announcement of this.#live.values()) this.#give(announcement);
  }

  /** Somebody has come to the relay: announces everyone again, if it may have forgotten somebody. */
  welcome(): void {
    if (this.#given - this.#givenWhenAnnounced > relayMemory) this.announce();
  }

  /** Disconnects for good. */
  stop(): void {
    this.#live.clear();
    this.#link.stop();
  }

  #next(event: InspectionEvent): void {
    const { sessionId } = event.actorRef;
    if (event.type === "@xstate.actor") this.#live.set(sessionId, event);
    this.#give(event);
    if (event.type !== "@xstate.snapshot") return;
    if ("status" in event.snapshot && event.snapshot.status !== "active")
      this.#live.delete(sessionId);
  }

  #give(event: InspectionEvent): void {
    if (!sent.has(event.type)) return;
    if (this.#link.isOpen && this.#pending < maxPending) {
      this.#pending++;
      this.#given++;
      this.#stately.inspect.next?.(event);
    } else this.#drop();
  }

  #send(event: object): void {
    this.#pending--;
    if (!this.#link.send(textOf(event))) this.#drop();
  }

  #drop(): void {
    this.#dropped++;
    this.#hasMissed = true;
  }

  #catchUp(): void {
    if (this.#hasMissed && this.#pending === 0) this.announce();
  }
}

/** What the protocol knows; XState tells more. */
const sent: ReadonlySet<string> = new Set(["@xstate.actor", "@xstate.event", "@xstate.snapshot"]);

/** Messages that Stately's relay keeps for who comes later, in version 0.7.2. */
const relayMemory = 200;

/** Several turns of a busy server; a step makes two. */
const maxPending = 1_024;

/** An actor of somebody else's may hold what JSON does not know: it is then shown without. */
function textOf(event: object): string {
  try {
    return JSON.stringify(event);
  } catch {
    return JSON.stringify({ ...event, snapshot: { status: "active" } });
  }
}
