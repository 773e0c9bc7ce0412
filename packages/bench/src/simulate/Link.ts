/**
 * The way to one client in virtual time, as a transport: what is handed over goes out in order at the client's pace, and
 * arrives half a round trip later. A socket and its kernels hold so many bytes; what is beyond them is pressure.
 *
 * When a message arrives is known when it is handed over, for nothing overtakes. So there is an event only for the
 * answer to a ping, and for the end of pressure.
 */
import {
  defaultTraits,
  type Pingable,
  SendStatus,
  type Transport,
  type TransportTraits,
} from "@sluice/runtime";
import { framedBytes } from "./feed.js";
import { type Client, readsUntil } from "./mix.js";

/** What the sockets of both sides were seen to hold on the loopback of Linux 6.18 with its defaults, in bytes. */
const heldBytes = 4_000_000;

/** Messages that they hold, and at how many a socket that was full says that there is room: at two thirds, as Linux. */
const most = Math.floor(heldBytes / framedBytes);
const roomAgain = Math.floor((most * 2) / 3);
const pingBytes = 40;

export class Link implements Transport<number>, Pingable {
  readonly traits: TransportTraits = defaultTraits;
  readonly pings = this;
  /** When the next answer comes. */
  answersAtMillis = Number.POSITIVE_INFINITY;
  /** When the pressure ends. */
  drainsAtMillis = Number.POSITIVE_INFINITY;
  isEnded = false;

  readonly #client: Client;
  readonly #now: () => number;
  readonly #arrives: (message: number, atMillis: number) => void;
  readonly #answers: Array<{ readonly payload: string; readonly atMillis: number }> = [];
  /** When each message has gone out that had not when this was last looked at. */
  readonly #leaving: Array<number> = [];
  #freeMillis = 0;

  constructor(
    client: Client,
    now: () => number,
    arrives: (message: number, atMillis: number) => void,
  ) {
    this.#client = client;
    this.#now = now;
    this.#arrives = arrives;
  }

  send(message: number): SendStatus {
    const leavesMillis = this.#carry(framedBytes);
    this.#leaving.push(leavesMillis);
    this.#arrives(message, leavesMillis + this.#client.roundTripMillis / 2);
    if (this.bufferedBytes() === 0) return SendStatus.sent;
    this.drainsAtMillis = this.#leaving[this.#leaving.length - roomAgain - 1] as number;
    return SendStatus.pressure;
  }

  ping(payload: string): boolean {
    const atMillis = this.#carry(pingBytes) + this.#client.roundTripMillis;
    this.#answers.push({ payload, atMillis });
    this.answersAtMillis = this.#answers[0]?.atMillis as number;
    return true;
  }

  /** The answer that has come. */
  answer(): string {
    const answer = this.#answers.shift();
    this.answersAtMillis = this.#answers[0]?.atMillis ?? Number.POSITIVE_INFINITY;
    return answer?.payload ?? "";
  }

  bufferedBytes(): number {
    const now = this.#now();
    const leaving = this.#leaving;
    while (leaving.length > 0 && (leaving[0] as number) <= now) leaving.shift();
    return Math.max(0, leaving.length - most) * framedBytes;
  }

  batch(write: () => void): void {
    write();
  }

  end(): void {
    this.isEnded = true;
  }

  terminate(): void {
    this.isEnded = true;
  }

  /** When so many bytes have gone out. */
  #carry(bytes: number): number {
    const fromMillis = Math.max(this.#now(), this.#freeMillis);
    this.#freeMillis =
      fromMillis === Number.POSITIVE_INFINITY
        ? fromMillis
        : readsUntil(this.#client, fromMillis, bytes);
    return this.#freeMillis;
  }
}
