/** A client that keeps a ledger of what it receives, and answers pings as it is told. */
import type { Socket } from "node:net";
import {
  closeByte,
  type FrameListener,
  FrameReader,
  maskedFrame,
  monotonicMillis,
  opened,
  pongOf,
} from "@sluice/bench/kit";
import type { ClientEntry } from "../ledger/Entry.js";
import { payloadOf } from "../ledger/Payload.js";
import { Ranges } from "../ledger/Ranges.js";
import type { Pongs, Where } from "./protocol.js";

/** Hears how late a message was, in milliseconds. */
export type LatenessListener = (millis: number) => void;

export class Reader implements FrameListener {
  readonly #client: string;
  readonly #pongs: Pongs;
  readonly #onLateness: LatenessListener;
  readonly #frames = new FrameReader(this);
  readonly #numbers = new Ranges();
  #socket: Socket | undefined;
  #received = 0;
  #damaged = 0;
  #disordered = 0;
  #code: number | null = null;
  #bytesPerSecond: number | null = null;
  /** What it was asked by, of a forger. */
  readonly #seen: Array<Buffer> = [];
  isOpen = true;
  /** Of the message that was due last. */
  dueMillis = 0;

  constructor(client: string, pongs: Pongs, onLateness: LatenessListener) {
    this.#client = client;
    this.#pongs = pongs;
    this.#onLateness = onLateness;
  }

  async connect({ host, port }: Where): Promise<void> {
    const read = (bytes: Buffer, from: Socket): boolean => {
      this.#socket = from;
      this.#frames.read(bytes);
      if (this.#bytesPerSecond === null) return true;
      setTimeout(() => from.resume(), (bytes.length * 1_000) / this.#bytesPerSecond);
      return false;
    };
    const socket = await opened({ host, port, path: this.#client, buffer, read });
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on("close", () => {
      this.isOpen = false;
    });
    socket.on("end", () => {
      this.isOpen = false;
    });
  }

  /** Reads so much from now on; null is as fast as it can. */
  trickle(bytesPerSecond: number | null): void {
    this.#bytesPerSecond = bytesPerSecond;
    if (bytesPerSecond === null) this.resume();
  }

  pause(): void {
    this.#socket?.pause();
    if (this.#pongs === "forged") this.#forge();
  }

  resume(): void {
    this.#socket?.resume();
  }

  write(bytes: Buffer, after: "stay" | "fin" | "rst"): void {
    const socket = this.#socket;
    socket?.write(bytes, () => {
      if (after === "fin") socket.end();
      if (after === "rst") socket.resetAndDestroy();
    });
  }

  message(bytes: Buffer): void {
    const payload = payloadOf(bytes);
    if (payload === undefined) {
      this.#damaged++;
      return;
    }
    this.#received++;
    const { number, dueMillis } = payload;
    // Messages of handlers are no part of the feed.
    if (number < 0) return;
    if (number <= (this.#numbers.last ?? 0)) this.#disordered++;
    this.#numbers.add(number);
    this.dueMillis = dueMillis;
    this.#onLateness(monotonicMillis() - dueMillis);
  }

  ping(payload: Buffer): void {
    if (this.#pongs === "withheld") return;
    if (this.#pongs === "forged") this.#seen.push(Buffer.from(payload));
    this.#socket?.write(pongOf(payload));
  }

  close(payload: Buffer): void {
    this.#code = payload.length >= 2 ? payload.readUInt16BE() : 1005;
    this.#socket?.write(maskedFrame(closeByte, payload.subarray(0, 2)));
  }

  get entry(): ClientEntry {
    return {
      client: this.#client,
      received: this.#received,
      numbers: this.#numbers.toJSON(),
      damaged: this.#damaged,
      disordered: this.#disordered,
      isOpen: this.isOpen && this.#code === null,
      code: this.#code,
    };
  }

  /** Answers pings that it cannot have read: it guesses what is in them, and answers anew those that it has read. */
  #forge(): void {
    const seen = this.#seen.map(pongOf);
    const guessed = Array.from({ length: guesses }, (_, mark) =>
      pongOf(Buffer.from(`sluice ${mark} ${(mark * 0x9e37).toString(16).padStart(8, "0")}`)),
    );
    this.#socket?.write(Buffer.concat([...guessed, ...seen, pongOf(Buffer.from("sluice 0"))]));
  }
}

/** More marks than there are in a trial. */
const guesses = 2_000;

/** All clients of a process read into the same memory: it is theirs for the length of a call. */
const buffer = Buffer.allocUnsafe(64 * 1024);
