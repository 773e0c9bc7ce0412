/** After the last step: faults end, who reads gets everything, then the server closes, and nothing may be left of it. */
import type { Books } from "./audit/Books.js";
import type { Play } from "./Play.js";

/** How long who reads has for what it is owed, and the server for closing, in virtual milliseconds, besides its own times. */
const patienceMillis = 200_000;

/** Until when a client must have everything, if it is owed that, and how much had been offered to it then. */
interface Term {
  readonly offered: number;
  readonly endMillis: number;
}

const never = Number.NEGATIVE_INFINITY;

export class Quiet {
  readonly #play: Play;

  constructor(play: Play) {
    this.#play = play;
  }

  async run(): Promise<void> {
    const { audit } = this.#play;
    for (const laws of [() => this.#rest(), () => this.#close(), () => this.#leftovers()]) {
      await laws();
      for (const books of this.#play.everyone) audit.lookAt(books);
      if (audit.violation !== undefined) return;
    }
  }

  async #rest(): Promise<void> {
    const { everyone, time, look, audit } = this.#play;
    for (const { socket } of everyone) {
      socket.refusals = 0;
      socket.pingRefusals = 0;
      socket.isBroken = false;
    }
    const terms = new Map<Books, Term>();
    const isOwing = () => everyone.some((books) => time.millis < this.#term(terms, books));
    while (isOwing()) {
      await time.until(time.millis + 500, look);
      if (audit.violation !== undefined) return;
    }
    for (const [books, { endMillis }] of terms) {
      if (endMillis === never || isAtRest(books)) continue;
      const { buffered, waiting } = books.connection.stats();
      const rule = books.socket.story.drains === "lost" ? "R25" : "R22";
      const words = `${buffered.messages} are held and ${waiting.messages} wait, ${books.connection.state}`;
      audit.check(books, [rule, `its client reads, and it does not recover: ${words}`]);
    }
  }

  /** Until when it may take; over at once for who is at rest, or owed nothing. What a late handler offers counts anew. */
  #term(terms: Map<Books, Term>, books: Books): number {
    const offered = books.connection.stats().offered.messages;
    let term = terms.get(books);
    if (term?.offered !== offered) {
      const isOwed = this.#needMillis(books) < patienceMillis / 2;
      const { maxDelayMillis } = books.connection.configuration;
      const endMillis = this.#play.time.millis + patienceMillis + maxDelayMillis;
      term = { offered, endMillis: isOwed ? endMillis : never };
      terms.set(books, term);
    }
    return isAtRest(books) ? never : term.endMillis;
  }

  /** How long it takes at the most until its client has read everything. */
  #needMillis({ socket, connection, handedBytes, received, handed, isSilent }: Books): number {
    const { bytesPerMilli, temper, drains, roundTripMillis } = socket.story;
    if (socket.isCut || isSilent || temper === "asleep") return Number.POSITIVE_INFINITY;
    const { buffered, waiting } = connection.stats();
    const messages = handed.length - received.length + buffered.messages + waiting.messages + 10;
    const bytes = socket.ownBytes + handedBytes + buffered.bytes + waiting.bytes + 60 * messages;
    const { watchdogMillis, windowBytes } = connection.configuration;
    const perMessage =
      (drains === "lost" ? watchdogMillis : 10) +
      (typeof windowBytes === "number" ? 1_000 + 2 * roundTripMillis : 0);
    return (bytes / bytesPerMilli) * 2 + messages * perMessage + 10_000;
  }

  async #close(): Promise<void> {
    const play = this.#play;
    const { time, look, audit, server, everyone } = play;
    let isClosed = false;
    play.closing ??= server.close({ code: 1001, reason: "going away" });
    void play.closing.then(() => {
      isClosed = true;
    });
    const own = everyone.map(({ connection }) => connection.configuration.closeTimeoutMillis);
    const endMillis = time.millis + patienceMillis + Math.max(0, ...own);
    const isOver = () => isClosed && everyone.every(({ socket }) => socket.isClosed);
    while (time.millis < endMillis && !isOver()) {
      await time.until(time.millis + 100, look);
      if (audit.violation !== undefined) return;
    }
    if (!isClosed) audit.fail("R20", "the server has not closed");
    for (const books of everyone) {
      if (!books.socket.isClosed) audit.check(books, ["R20", "its socket has not closed"]);
      if (books.waits.size > 0) audit.check(books, ["R23", "a sender was never told"]);
      if (books.ends !== 1) audit.check(books, ["R20", `its end was told ${books.ends} times`]);
    }
  }

  async #leftovers(): Promise<void> {
    const play = this.#play;
    const { time, look, audit, server, everyone } = play;
    await time.until(time.millis, look);
    if (time.pending > 0) audit.fail("R20", `${time.pending} timers are left`);
    if (server.connections.size > 0) audit.fail("R20", "connections are still listed");
    if (server.lingering > 0) audit.fail("R20", "sockets still linger");
    if (server.channels.length > 0) audit.fail("R20", "channels still have subscribers");
    if (server.tree.joined.size > 0) audit.fail("R20", "topics are still joined");
    const bytes = server.budget?.bytes ?? 0;
    if (bytes !== 0) audit.fail("R38", `${bytes} bytes are still on the budget`);
    if (audit.violation !== undefined) return;
    play.quietMillis = time.millis;
    await time.until(time.millis + 1e9, look);
    for (const books of everyone) {
      const { handed, received, socket } = books;
      if (socket.isCut || socket.story.temper === "asleep") continue;
      if (received.length === handed.length) continue;
      const found = `${received.length} have arrived of ${handed.length}`;
      audit.check(books, ["R36", `its client reads, and ${found}`]);
    }
  }
}

function isAtRest({ connection, socket }: Books): boolean {
  if (connection.state === "closed" || socket.isClosed) return true;
  const { buffered, waiting } = connection.stats();
  return buffered.messages + waiting.messages === 0 && connection.state === "normal";
}
