/**
 * Looks at everything all the time: what goes over sockets when it does, what connections say of themselves after each
 * callback. It keeps the first rule that does not hold; what follows from that is no news.
 */

import { states } from "@sluice/machines";
import type { ConnectionStatistics } from "@sluice/runtime";
import type { Message } from "@sluice/runtime/adapter";
import type { VirtualTime } from "../engine/index.js";
import type { ServerStory } from "../story/Story.js";
import { contentsOf } from "../world/Payload.js";
import type { Socket, Watcher } from "../world/Socket.js";
import type { Books } from "./Books.js";
import { countBreach, dropBreach, headBreach } from "./held.js";
import { type Breach, ledgerBreach } from "./ledger.js";
import { stateBreach, stepBreach } from "./marks.js";
import { wakeBreach } from "./senders.js";
import type { Violation } from "./Violation.js";

/** What is to be known of a message. */
interface Letter {
  readonly bytes: number;
  /** Whose it is; undefined if it is for many. */
  readonly client: number | undefined;
  /** What keeps its order. */
  readonly stream: string;
}

export class Audit implements Watcher {
  violation: Violation | undefined;
  readonly books = new Map<Socket, Books>();
  readonly letters = new Map<number, Letter>();
  readonly #time: VirtualTime;
  readonly #log: (line: string) => void;
  /** What is in outboxes is exactly what connections hold, and their states follow from that. */
  readonly #isPlain: boolean;
  readonly #hasTopics: boolean;
  readonly #touched = new Set<Books>();
  #looks = 0;

  constructor(time: VirtualTime, server: ServerStory, log: (line: string) => void) {
    this.#time = time;
    this.#log = log;
    this.#hasTopics = server.topics;
    this.#isPlain = !server.topics && !server.limits;
  }

  get isPlain(): boolean {
    return this.#isPlain;
  }

  // ── What it hears ───────────────────────────────────────────────────────────────────────────────────

  handing(socket: Socket, message: Message, isByTopic: boolean): void {
    const books = this.books.get(socket);
    if (books === undefined) return;
    this.#touched.add(books);
    const now = isByTopic || this.#hasTopics ? undefined : books.connection.stats();
    if (now !== undefined) {
      this.check(books, dropBreach(books, now));
      this.check(books, handingBreach(books, now));
    }
    for (const { number, bytes } of contentsOf(message)) this.#handOne(books, number, bytes);
  }

  arrived(socket: Socket, message: Message): void {
    const books = this.books.get(socket);
    if (books === undefined) return;
    this.#touched.add(books);
    for (const { number } of contentsOf(message)) {
      this.#log(`client ${books.number} has received ${number}`);
      const expected = books.handed[books.received.length];
      if (expected !== number) {
        this.check(books, ["R6", `message ${number} has arrived where ${expected} was sent`]);
      }
      books.received.push(number);
    }
  }

  misused(socket: Socket, what: string): void {
    this.fail("R17", what, this.books.get(socket)?.number);
  }

  /** The chart of a connection has made a step. */
  stepped(books: Books, from: number, to: number): void {
    const names = { from: states[from]?.state ?? "", to: states[to]?.state ?? "" };
    if (names.from === "throttled" && names.to === "paused") books.pauses++;
    // Who waits is let in before anybody hears of the step.
    if (books.held === undefined) return;
    const { configuration } = books.connection;
    this.check(books, stepBreach(configuration, names, books.connection.stats().buffered));
  }

  /** What has been dropped meanwhile is held no longer; a message that is arriving is, if it was not dropped too. */
  dropped(books: Books, arriving?: number): void {
    this.check(books, dropBreach(books, books.connection.stats(), arriving));
  }

  touch(books: Books): void {
    this.#touched.add(books);
  }

  // ── What it looks at ────────────────────────────────────────────────────────────────────────────────

  /** After each callback: those that something has happened to; of the others, from time to time, all. */
  look(): void {
    if (++this.#looks % 16 === 0) for (const books of this.books.values()) this.lookAt(books);
    else for (const books of this.#touched) this.lookAt(books);
    this.#touched.clear();
  }

  lookAt(books: Books): void {
    const { connection } = books;
    const now = connection.stats();
    this.check(books, dropBreach(books, now));
    this.check(books, ledgerBreach(books, now, this.#isPlain));
    this.check(books, countBreach(books, now));
    if (this.#isPlain) this.check(books, stateBreach(connection.configuration, now));
    if (this.#isPlain) this.check(books, wakeBreach(books, now));
    if (books.isObserved && now.pauseEvents !== books.pauses) {
      this.check(books, ["R32", `${books.pauses} pauses, ${now.pauseEvents} are counted`]);
    }
    if (now.buffered.messages > 0) books.emptySinceMillis = Number.POSITIVE_INFINITY;
    else books.emptySinceMillis = Math.min(books.emptySinceMillis, this.#time.millis);
    books.before = now;
  }

  check(books: Books, breach: Breach | undefined): void {
    if (breach !== undefined) this.fail(breach[0], breach[1], books.number);
  }

  fail(rule: string, words: string, client?: number): void {
    if (this.violation !== undefined) return;
    this.violation = { rule, words, client, atMillis: this.#time.millis };
    this.#log(`${rule} does not hold: ${words}`);
  }

  #handOne(books: Books, number: number, bytes: number): void {
    this.#log(`${number} is handed over for client ${books.number}`);
    const letter = this.letters.get(number);
    if (letter === undefined || (letter.client ?? books.number) !== books.number) {
      this.check(books, ["R5", `message ${number} was never offered to it`]);
      return;
    }
    if (letter.bytes !== bytes) this.check(books, ["R2", `message ${number} has ${bytes} bytes`]);
    if (books.refused.has(number)) {
      this.check(books, ["R5", `message ${number} is handed over, and was refused`]);
    }
    this.check(books, headBreach(books, number));
    const latest = books.latest.get(letter.stream) ?? -1;
    if (latest >= number) {
      const rule = books.handed.includes(number) ? "R21" : "R6";
      this.check(books, [rule, `message ${number} is handed over after ${latest}`]);
    }
    books.latest.set(letter.stream, number);
    books.handed.push(number);
    books.handedBytes += bytes;
  }
}

function handingBreach(books: Books, now: ConnectionStatistics): Breach | undefined {
  if (books.socket.buffered > 0 && books.socket.ownBytes === 0) {
    return ["R21", `its socket holds ${books.socket.buffered} bytes, and is handed more`];
  }
  const { windowBytes, acknowledged } = now.receipts;
  const isOpen = now.state !== "closing" && now.state !== "closed";
  const inFlight = books.handedBytes - acknowledged.bytes;
  if (!isOpen || windowBytes === null || inFlight < windowBytes) return undefined;
  return ["R34", `${inFlight} bytes are in flight, of ${windowBytes}, and more are handed over`];
}
