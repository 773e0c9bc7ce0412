/**
 * A thread of real clients. Each reads its socket at its own pace, is away when its class is, and answers a ping a
 * round trip after it has read it: so long does its way take, which on the loopback takes none.
 */
import type { Socket } from "node:net";
import { setTimeout as passed } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { isAway } from "@sluice/simulation/engine";
import { monotonicMillis } from "../scale/protocol.js";
import { type FrameListener, FrameReader, pong } from "../sockets/FrameReader.js";
import { opened } from "../sockets/handshake.js";
import { feed, ticksPerMilli } from "./feed.js";
import { type Client, clientOf, mix } from "./mix.js";
import type { PacedOrder } from "./real.js";
import { Tally } from "./Tally.js";

const tickMillis = 5;
/** Small, so that a slow client reads little by little. */
const buffer = Buffer.allocUnsafe(2_048);
const order = workerData as PacedOrder;
const tally = new Tally(mix);
const endMillis = feed.seconds * 1_000;
/** When the run starts: a way off, until that is known. */
let startMillis = Number.POSITIVE_INFINITY;
const now = () => (startMillis === Number.POSITIVE_INFINITY ? 0 : monotonicMillis() - startMillis);

class PacedClient implements FrameListener {
  readonly #client: Client;
  readonly #cell: number;
  readonly #reader = new FrameReader(this);
  readonly #answers: Array<{ readonly payload: Buffer; readonly atMillis: number }> = [];
  #socket: Socket | undefined;
  /** Bytes that it may still read. */
  #allowance = 0;
  #isPaused = false;

  constructor(client: Client) {
    this.#client = client;
    this.#cell = tally.cellOf(client);
  }

  async open(port: number): Promise<void> {
    this.#socket = await opened({
      port,
      path: `/${this.#cell}`,
      from: "127.0.0.1",
      buffer,
      read: (bytes) => this.#read(bytes),
    });
    this.#socket.on("error", () => {});
  }

  message(payload: Buffer): void {
    const atMillis = now() + this.#client.roundTripMillis / 2;
    if (atMillis > endMillis) return;
    const counts = tally.counts[this.#cell];
    if (counts !== undefined) counts.arrived++;
    if (atMillis < feed.agesFromMillis) return;
    const madeMillis = payload.readDoubleLE(0) - startMillis;
    tally.age(this.#cell, (atMillis - madeMillis) * ticksPerMilli);
  }

  ping(payload: Buffer): void {
    const atMillis = monotonicMillis() + this.#client.roundTripMillis;
    this.#answers.push({ payload: Buffer.from(payload), atMillis });
  }

  tick(passedMillis: number, nowMillis: number): void {
    const { bytesPerMilli } = this.#client;
    const earned = passedMillis * bytesPerMilli;
    const most = Math.max(earned, 2 * tickMillis * bytesPerMilli);
    this.#allowance = Math.min(this.#allowance + earned, most);
    this.#answer();
    if (!this.#isPaused || this.#allowance <= 0 || isAway(this.#client, nowMillis)) return;
    this.#isPaused = false;
    this.#socket?.resume();
  }

  end(): void {
    this.#socket?.destroy();
  }

  #answer(): void {
    const now = monotonicMillis();
    while ((this.#answers[0]?.atMillis ?? Number.POSITIVE_INFINITY) <= now) {
      const answer = this.#answers.shift();
      if (answer !== undefined && this.#socket?.writable) pong(this.#socket, answer.payload);
    }
  }

  #read(bytes: Buffer): boolean {
    this.#allowance -= bytes.length;
    this.#reader.read(bytes);
    this.#isPaused = this.#allowance <= 0 || isAway(this.#client, now());
    return !this.#isPaused;
  }
}

const clients = Array.from(
  { length: order.connections },
  (_, number) => new PacedClient(clientOf(order.mix, order.seed, number)),
);
let lastMillis = monotonicMillis();
const timer = setInterval(() => {
  const passedMillis = monotonicMillis() - lastMillis;
  lastMillis += passedMillis;
  const nowMillis = now();
  for (const client of clients) client.tick(passedMillis, nowMillis);
}, tickMillis);
// They answer in time from the first ping on, which comes when they open.
for (const client of clients) await client.open(order.port);
parentPort?.on("message", async (given: number) => {
  startMillis = given;
  await passed(Math.max(0, startMillis + endMillis - monotonicMillis()));
  clearInterval(timer);
  parentPort?.postMessage({ counts: tally.counts, ages: tally.ages });
  parentPort?.once("message", () => {
    for (const client of clients) client.end();
    parentPort?.close();
  });
});
parentPort?.postMessage("opened");
