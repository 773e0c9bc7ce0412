/** A real WebSocket client that reads as its habit is, and counts exactly what it receives. */
import { WebSocket } from "ws";
import { Appetite } from "./Appetite.js";
import { guestHeader } from "./GuestHeader.js";
import type { Habit } from "./Habit.js";

/** What one connection of a client received, from its opening to its end. */
export interface Receipt {
  /** The client's name, as the server was told it; it is another one for every connection. */
  readonly client: string;
  readonly messages: number;
  readonly bytes: number;
  /** Messages of the feed that are missing between the first and the last received. */
  readonly missing: number;
  /** Messages that came out of order, twice, or were lost where nothing may be. */
  readonly faults: number;
  /** The close code. */
  readonly code: number;
}

/** Whose guest a client is. */
export interface Host {
  /** Such as `ws://127.0.0.1:9001`. */
  readonly url: string;
  readonly guestSecret: string;
  /** How often it says that it is there; by default every 20 s. */
  readonly signMillis?: number;
}

/** The part of a server's message that a client looks at. */
interface Incoming {
  readonly type?: string;
  readonly id?: string;
  readonly seq?: number;
  readonly batches?: number;
}

const pauseMillis = 1_000;

/**
 * How often a client says that it is there, well within uWebSockets.js's idle timeout of two minutes: one that
 * reads nothing sees no ping, and so answers none.
 */
const usualSignMillis = 20_000;

export class DemoClient {
  #habit: Habit;
  readonly #host: Host;
  readonly #report: (receipt: Receipt) => void;
  #connections = 0;
  #queries = 0;
  #finishing = false;
  #appetite: Appetite | undefined;
  #isMoving = false;
  #timer: NodeJS.Timeout | undefined;
  #ended: (() => void) | undefined;
  #isConnected = false;

  constructor(habit: Habit, host: Host, report: (receipt: Receipt) => void) {
    this.#habit = habit;
    this.#host = host;
    this.#report = report;
    this.#connect();
  }

  /** Reads at another rate from now on; 0 stops. */
  read(bytesPerSecond: number): void {
    this.#habit = { ...this.#habit, bytesPerSecond };
    if (!this.#finishing && !this.#isMoving) this.#appetite?.change(bytesPerSecond);
  }

  /** Reads everything that is still coming, and comes back to another path. */
  move(path: string): void {
    this.#habit = { ...this.#habit, path };
    if (!this.#isConnected) return;
    this.#isMoving = true;
    this.#appetite?.devour();
  }

  /** Reads everything that is still coming, comes back no more. Resolves when it is no longer connected. */
  finish(): Promise<void> {
    this.#finishing = true;
    clearTimeout(this.#timer);
    this.#appetite?.devour();
    if (!this.#isConnected) return Promise.resolve();
    return new Promise((resolve) => {
      this.#ended = resolve;
    });
  }

  #connect(): void {
    const { name, path, bytesPerSecond, sql } = this.#habit;
    const client = ++this.#connections === 1 ? name : `${name}.${this.#connections}`;
    const url = new URL(path, this.#host.url);
    url.searchParams.set("client", client);
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      headers: { [guestHeader]: this.#host.guestSecret },
    });
    // A pong that nobody asked for asks for no answer.
    const signs = setInterval(() => {
      if (socket.readyState === WebSocket.OPEN) socket.pong();
    }, this.#host.signMillis ?? usualSignMillis);
    const appetite = new Appetite(socket, bytesPerSecond);
    const count = new Count();
    this.#isConnected = true;
    this.#appetite = appetite;
    this.#isMoving = false;
    socket.on("open", () => {
      if (sql !== undefined) this.#ask(socket, sql);
      if (this.#finishing || this.#isMoving) appetite.devour();
    });
    socket.on("message", (data: Buffer) => {
      appetite.ate(data.length);
      const { type } = count.add(data);
      if (type === "completed" && sql !== undefined && !this.#finishing) {
        this.#timer = setTimeout(() => this.#ask(socket, sql), pauseMillis);
      }
    });
    // A failure to connect is followed by a close, like any other end.
    socket.on("error", () => {});
    socket.on("close", (code) => {
      appetite.stop();
      clearInterval(signs);
      clearTimeout(this.#timer);
      this.#isConnected = false;
      const { messages, bytes, missing, faults } = count;
      this.#report({ client, messages, bytes, missing, faults, code });
      this.#ended?.();
      if (!this.#finishing) this.#timer = setTimeout(() => this.#connect(), pauseMillis);
    });
  }

  #ask(socket: WebSocket, sql: string): void {
    socket.send(JSON.stringify({ type: "query", id: `q${++this.#queries}`, sql }));
  }
}

/** What was received on one connection. */
class Count {
  messages = 0;
  bytes = 0;
  missing = 0;
  faults = 0;
  #nextSeq: number | undefined;

  add(data: Buffer): Incoming {
    this.messages++;
    this.bytes += data.length;
    const message = JSON.parse(data.toString()) as Incoming;
    if (message.type === "started") this.#nextSeq = 0;
    if (message.type === "completed" && message.batches !== this.#nextSeq) this.faults++;
    if (message.seq !== undefined) this.#follow(message.seq, message.type === "batch");
    return message;
  }

  #follow(seq: number, isLossless: boolean): void {
    const gap = seq - (this.#nextSeq ?? seq);
    if (gap < 0 || (gap > 0 && isLossless)) this.faults++;
    else this.missing += gap;
    this.#nextSeq = seq + 1;
  }
}
