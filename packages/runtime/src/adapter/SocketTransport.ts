/**
 * What the transports of all WebSocket servers have in common: they ask their clients what they have read, they know
 * how long a client has been silent, and they say goodbye behind the last byte. An adapter adds how to write.
 */
import type { Quiet } from "../hub/Idleness.js";
import type { Message } from "./Message.js";
import { type Pingable, Probe } from "./Probe.js";
import { Tail } from "./Tail.js";
import { defaultTraits, SendStatus, type Transport, type TransportTraits } from "./Transport.js";

/** What a transport tells the hub of its end. */
export interface Ends {
  /** It has ended in order, and its socket stays until the client has read what is on its way. */
  onLinger(): void;
  /** It has ended; for sockets that close in their own time. */
  onEnded(): void;
}

export abstract class SocketTransport implements Transport<Message>, Quiet {
  readonly traits: TransportTraits = defaultTraits;

  heardMillis = 0;
  isAsked = false;
  /** It has been closed because its client was silent for too long. */
  isIdle = false;

  readonly #probe: Probe | undefined;
  readonly #ends: Ends;
  /** There is none before it ends. */
  #tail: Tail | undefined;

  /** `pings` is what may be pinged to find out what the client has read; undefined if nothing may. */
  constructor(pings: Pingable | undefined, ends: Ends) {
    this.#probe = pings && new Probe(pings);
    this.#ends = ends;
  }

  /** Hands one message to the socket. */
  protected abstract write(message: Message): SendStatus;

  /** Closes the socket behind what it holds. */
  protected abstract sayGoodbye(code: number, reason: string): void;

  abstract bufferedBytes(): number;

  abstract batch(write: () => void): void;

  abstract terminate(): void;

  send(message: Message): SendStatus {
    const status = this.write(message);
    if (status === SendStatus.refused || status === SendStatus.unsendable) return status;
    this.#probe?.sent(typeof message === "string" ? message.length : message.byteLength);
    return status;
  }

  end(code: number, reason: string, isOrderly: boolean): void {
    this.#tail = new Tail(this.#probe, {
      say: (farewell) => this.sayGoodbye(farewell.code, farewell.reason),
      linger: () => this.lingers(),
    });
    this.#tail.end({ code, reason }, isOrderly);
  }

  /** It has ended in order, and its socket stays until the client has read what is on its way. */
  protected lingers(): void {
    this.#ends.onLinger();
  }

  /** It has ended. */
  protected ended(): void {
    this.#ends.onEnded();
  }

  /** Closes at once: nothing has been heard of the client for too long. */
  idle(): void {
    this.isIdle = true;
    this.terminate();
  }

  // ── What its socket tells ───────────────────────────────────────────────────────────────────────────

  /** Whether its socket has heard of the client since this was asked last, and nobody was told. */
  hasHeard(): boolean {
    return false;
  }

  /** Whether its client has something to read that it is known not to have read. */
  get isOwed(): boolean {
    const probe = this.#probe;
    return probe?.hasAnswered === true && !probe.isRead;
  }

  /** Asks the client to say that it is there, and what it has read, if it may be asked. */
  ask(): void {
    this.#probe?.ask();
  }

  /** A second has passed. */
  askInTime(): void {
    this.#probe?.askInTime();
  }

  /** The socket has heard a pong: true if it is nobody else's. */
  pong(payload: ArrayBuffer | Uint8Array): boolean {
    if (!this.#probe?.hear(payload)) return false;
    this.#tail?.answered();
    return true;
  }

  /** The socket has closed. */
  closed(): void {
    this.#tail?.closed();
  }

  /** Says goodbye now, if it waits for the client to read. */
  leave(): void {
    this.#tail?.leave();
  }

  /** Resolves when it waits for its client no longer; after `withinMillis` it does not. */
  async left(withinMillis: number): Promise<void> {
    await this.#tail?.left(withinMillis);
  }
}
