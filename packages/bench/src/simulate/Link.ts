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
import { Way } from "@sluice/simulation/engine";
import { framedBytes } from "./feed.js";
import type { Client } from "./mix.js";

/** What the sockets of both sides were seen to hold on the loopback of Linux 6.18 with its defaults, in bytes. */
const heldBytes = 4_000_000;

/** Messages that they hold, and at how many a socket that was full says that there is room: at two thirds, as Linux. */
const most = Math.floor(heldBytes / framedBytes);
const kernel = {
  kernelBytes: most * framedBytes,
  roomAgainBytes: Math.floor((most * 2) / 3) * framedBytes,
};
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
  readonly #way: Way;
  readonly #arrives: (message: number, atMillis: number) => void;
  readonly #answers: Array<{ readonly payload: string; readonly atMillis: number }> = [];

  constructor(
    client: Client,
    now: () => number,
    arrives: (message: number, atMillis: number) => void,
  ) {
    this.#client = client;
    this.#way = new Way(client, now, kernel);
    this.#arrives = arrives;
  }

  send(message: number): SendStatus {
    const leavesMillis = this.#way.hold(framedBytes);
    this.#arrives(message, leavesMillis + this.#client.roundTripMillis / 2);
    if (this.bufferedBytes() === 0) return SendStatus.sent;
    this.drainsAtMillis = this.#way.roomAgainMillis;
    return SendStatus.pressure;
  }

  ping(payload: string): boolean {
    const atMillis = this.#way.carry(pingBytes) + this.#client.roundTripMillis;
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
    return this.#way.beyondBytes;
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
}
