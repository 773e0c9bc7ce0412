/**
 * What a client has read of what its socket was given, found out by pings: one rides behind the data with the position
 * in the stream as its payload, and comes back as a pong when the client has read so far (RFC 6455, 5.5.2 and 5.5.3:
 * every endpoint answers, in order). A position acknowledges everything before it.
 *
 * A client that sends anything, a pong included, makes the kernel acknowledge later, and writes to it dearer: measured
 * on loopback, by a third when it is asked behind every 64 KiB. So it is asked once a second at the most.
 *
 * So a client that reads slowly is heard of, and at the close it is known whether it has read the last message. What a
 * client forges about itself harms only itself.
 */

/** Less than this is not worth asking for, in bytes. */
const worthBytes = 64 * 1024;

/** What our pings carry, before the position: other pings are their owner's. */
const mark = "sluice ";
const ours = /^sluice (\d+)$/;

/** What can be pinged: a socket, or whatever stands for one. */
export interface Pingable {
  ping(payload: string): unknown;
}

export class Probe {
  readonly #socket: Pingable;
  #sentBytes = 0;
  #askedBytes = 0;
  #readBytes = 0;
  /** Whether the client has ever answered: only then does its silence say anything. */
  hasAnswered = false;

  /** A ping of the socket goes out behind what has been sent. */
  constructor(socket: Pingable) {
    this.#socket = socket;
  }

  /** Whether the client is known to have read everything. */
  get isRead(): boolean {
    return this.#readBytes === this.#sentBytes;
  }

  /** So many bytes more have been sent. */
  sent(bytes: number): void {
    this.#sentBytes += bytes;
  }

  /** A second has passed: asks the client, if it has been sent enough since it was asked last. */
  askInTime(): void {
    if (this.#sentBytes - this.#askedBytes >= worthBytes) this.ask();
  }

  /** Asks the client to say when it has read what was sent. */
  ask(): void {
    this.#askedBytes = this.#sentBytes;
    this.#socket.ping(mark + this.#askedBytes);
  }

  /** A pong has come: true if it answers one of ours, which is nobody else's. */
  hear(payload: ArrayBuffer | Uint8Array): boolean {
    const text = Buffer.from(payload as Uint8Array).toString("latin1");
    const digits = ours.exec(text)?.[1];
    if (digits === undefined) return false;
    const position = Number(digits);
    if (!(position >= this.#readBytes && position <= this.#askedBytes)) return true;
    this.hasAnswered = true;
    this.#readBytes = position;
    return true;
  }
}
