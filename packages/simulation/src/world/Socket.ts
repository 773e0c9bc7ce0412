/**
 * A socket of a library that there is not, its kernels, the way to its client and that client: what is handed over goes out
 * at the client's pace and arrives in order, or not at all from a reset on. It does what its story says, also what no
 * library should.
 */
import { SendStatus } from "@sluice/runtime";
import type { Message, SocketEnd } from "@sluice/runtime/adapter";
import { type VirtualTime, Way } from "../engine/index.js";
import type { ClientStory } from "../story/Story.js";
import { bufferOf } from "./Payload.js";
import { temperOf } from "./temperOf.js";

/** The server's side, which hears what the socket tells. */
export interface Listener {
  drained(socket: Socket): void;
  pong(socket: Socket, payload: Buffer): void;
  closed(socket: Socket, end: SocketEnd): void;
}

/** Whoever watches what goes over it. */
export interface Watcher {
  handing(socket: Socket, message: Message, isByTopic: boolean): void;
  arrived(socket: Socket, message: Message): void;
  misused(socket: Socket, what: string): void;
}

/** What a story's socket throws. */
export class SimulatedFault extends Error {
  override readonly name = "SimulatedFault";
}

const frameBytes = 6;
const pingBytes = 40;
/** How long `ws` waits for a client's answer to its goodbye. */
const closeMillis = 30_000;

export class Socket {
  readonly number: number;
  readonly story: ClientStory;
  /** Refuses so many messages and pings. */
  refusals = 0;
  /** Refuses so many pings, and no message. */
  pingRefusals = 0;
  /** Throws at the next call. */
  isBroken = false;
  /** It is no socket any more, as the server sees it. */
  isClosed = false;
  isClosing = false;
  /** Nothing arrives any more. */
  isCut = false;
  /** What was sent past Sluice, which may be more than the socket takes. */
  ownBytes = 0;
  /** Payloads of pings that its client has read. */
  readonly pings: Array<string> = [];
  #isBatching = false;
  #isDrainAwaited = false;
  /** Messages under way. */
  underWay = 0;
  readonly #time: VirtualTime;
  readonly #way: Way;
  readonly #server: Listener;
  readonly #watcher: Watcher;
  readonly #closesAtOnce: boolean;

  constructor(options: {
    readonly number: number;
    readonly story: ClientStory;
    readonly time: VirtualTime;
    readonly server: Listener;
    readonly watcher: Watcher;
    readonly closesAtOnce: boolean;
  }) {
    this.number = options.number;
    this.story = options.story;
    this.#time = options.time;
    this.#server = options.server;
    this.#watcher = options.watcher;
    this.#closesAtOnce = options.closesAtOnce;
    const { kernelBytes } = options.story;
    const kernel = { kernelBytes, roomAgainBytes: (kernelBytes * 2) / 3 };
    this.#way = new Way(temperOf(options.story, this.#time.millis), this.#time.now, kernel);
  }

  // ── What a library's socket has ─────────────────────────────────────────────────────────────────────

  send(message: Message, isByTopic = false): SendStatus {
    // What a topic sends, the library sends by itself.
    if (!isByTopic) this.#check("send");
    if (this.isClosing) return SendStatus.refused;
    if (this.refusals > 0 && !isByTopic) {
      this.refusals--;
      return SendStatus.refused;
    }
    // Of several libraries each copies what it is given, or must.
    const sent = bufferOf(message);
    this.#watcher.handing(this, message, isByTopic);
    this.#carry(this.#way.hold(sent.length + frameBytes), () => {
      this.#watcher.arrived(this, message);
    });
    if (this.buffered === 0) return SendStatus.sent;
    this.#awaitDrain();
    if (this.story.drains === "inside a send") this.#server.drained(this);
    return SendStatus.pressure;
  }

  /** What its owner sends past Sluice. */
  own(bytes: number): void {
    if (this.isClosed || this.isClosing) return;
    this.ownBytes += bytes;
    this.#way.hold(bytes);
    if (this.buffered > 0) this.#awaitDrain();
  }

  ping(payload: string): boolean {
    this.#check("ping");
    if (this.isClosing) return false;
    if (this.refusals-- > 0 || this.pingRefusals-- > 0) return false;
    // Little enough to be no pressure.
    const leavesMillis = this.#way.carry(pingBytes);
    if (this.story.answers === "early") this.#answer(payload);
    this.#carry(leavesMillis, () => this.#hasRead(payload));
    return true;
  }

  get buffered(): number {
    return Math.ceil(this.#way.beyondBytes);
  }

  bufferedBytes(): number {
    this.#check("bufferedBytes");
    return this.buffered;
  }

  batch(write: () => void): void {
    this.#check("batch");
    if (this.#isBatching) this.#watcher.misused(this, "a batch inside a batch");
    this.#isBatching = true;
    try {
      write();
    } finally {
      this.#isBatching = false;
    }
  }

  /** In order: what is under way arrives before it. */
  end(code: number, reason: string): void {
    this.#check("end");
    if (this.#isBatching) this.#watcher.misused(this, "an end inside a batch");
    this.isClosing = true;
    const end = { code, reason, by: "peer" } as const;
    if (this.#closesAtOnce) this.#close(end);
    else {
      const { millis } = this.#time;
      const answeredMillis = this.#way.carry(frameBytes) + this.story.roundTripMillis;
      this.#time.input(Math.min(answeredMillis, millis + closeMillis), () => this.#close(end));
    }
  }

  terminate(): void {
    this.#check("terminate");
    if (this.#isBatching) this.#watcher.misused(this, "a termination inside a batch");
    this.isClosing = true;
    this.isCut = true;
    const end = { code: 1006, reason: "", by: "peer" } as const;
    if (this.#closesAtOnce) this.#close(end);
    else this.#time.input(this.#time.millis, () => this.#close(end));
  }

  // ── What its client does ────────────────────────────────────────────────────────────────────────────

  /** The client, or what is between, has reset it. */
  reset(): void {
    this.isCut = true;
    this.#hear(() => this.#close({ code: 1006, reason: "", by: "peer" }));
  }

  /** The client says goodbye; it reads nothing more. */
  leave(): void {
    this.isCut = true;
    this.#hear(() => this.#close({ code: 1001, reason: "left", by: "peer" }));
  }

  /** The server hears of something half a round trip later. */
  #hear(what: () => void, moreMillis = 0): void {
    const atMillis = this.#time.millis + this.story.roundTripMillis / 2 + moreMillis;
    this.#time.input(atMillis, () => {
      if (!this.isClosed) what();
    });
  }

  #answer(payload: string, moreMillis = 0): void {
    this.#hear(() => this.#server.pong(this, Buffer.from(payload, "latin1")), moreMillis);
  }

  #hasRead(payload: string): void {
    this.pings.push(payload);
    const { answers } = this.story;
    if (answers === "all" || answers === "twice") this.#answer(payload);
    if (answers === "twice") this.#answer(payload);
    if (answers === "late") this.#answer(payload, 900);
    const place = this.pings.length;
    if (answers !== "latest") return;
    this.#time.input(this.#time.millis + 5, () => {
      if (this.pings.length === place && !this.isCut) this.#answer(payload);
    });
  }

  // ── The way ─────────────────────────────────────────────────────────────────────────────────────────

  #carry(leavesMillis: number, arrive: () => void): void {
    this.underWay++;
    this.#time.input(leavesMillis + this.story.roundTripMillis / 2, () => {
      this.underWay--;
      if (!this.isCut) arrive();
    });
  }

  /** Tells when there is room again, if it is one that does. */
  #awaitDrain(): void {
    if (this.#isDrainAwaited || this.story.drains === "lost") return;
    this.#isDrainAwaited = true;
    this.#time.input(this.#way.roomAgainMillis, () => {
      this.#isDrainAwaited = false;
      if (this.isClosed) return;
      this.#server.drained(this);
      if (this.story.drains === "twice" && !this.isClosed) this.#server.drained(this);
      if (!this.isClosed && this.buffered > 0) this.#awaitDrain();
    });
  }

  #close(end: SocketEnd): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#server.closed(this, end);
  }

  /** A socket that tells later that it has closed bears to be called until then: its library sees to that. */
  #check(call: string): void {
    if (this.isClosed || (this.isClosing && this.#closesAtOnce)) {
      this.#watcher.misused(this, `${call} after it was closed`);
    }
    if (!this.isBroken) return;
    this.isBroken = false;
    throw new SimulatedFault(`the story's socket throws at ${call}`);
  }
}
