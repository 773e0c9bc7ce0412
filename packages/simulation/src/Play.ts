/** One run of a story over the shipping hub: its steps one after another, then quiet, then everyone is closed. */
import { createHash } from "node:crypto";
import type { Configuration } from "@sluice/core";
import { SendError } from "@sluice/runtime";
import { Audit } from "./audit/Audit.js";
import { Books } from "./audit/Books.js";
import type { Violation } from "./audit/Violation.js";
import { promises, random, VirtualTime } from "./engine/index.js";
import { forge } from "./forge.js";
import { Messages, type Post } from "./Messages.js";
import { Quiet } from "./Quiet.js";
import {
  type ClientStory,
  names,
  type Operation,
  operations,
  type Place,
  type Step,
  type Story,
} from "./story/Story.js";
import { SimulatedServer } from "./world/SimulatedServer.js";
import { SimulatedFault, Socket } from "./world/Socket.js";

export interface Outcome {
  readonly violation: Violation | undefined;
  /** Of everything that happened, in its order. */
  readonly digest: string;
  readonly virtualMillis: number;
  readonly messages: number;
}

/** Plays a story. Always the same for the same; `log` hears of everything that happens. */
export async function play(story: Story, log: (line: string) => void = () => {}): Promise<Outcome> {
  const time = new VirtualTime();
  const giveBack = time.takeOver(random(1));
  try {
    const one = new Play(story, time, log);
    try {
      return await one.run();
    } catch (error) {
      // In a process it would have come from a timer or a callback of a socket, and would have ended that.
      one.audit.fail("R31", `the process would have ended: ${(error as Error).stack}`);
      return one.outcome;
    }
  } finally {
    giveBack();
  }
}

export class Play implements Post {
  readonly time: VirtualTime;
  readonly story: Story;
  readonly audit: Audit;
  readonly server: SimulatedServer;
  readonly everyone: Array<Books> = [];
  readonly look: () => void;
  readonly #hash = createHash("sha256");
  readonly #write: (line: string) => void;
  /** What is to be done in the next callback of a kind. */
  readonly #later = new Map<Place, Array<Step>>();
  readonly messages: Messages;
  /** How much was done so far. */
  done = 0;
  closing: Promise<void> | undefined;
  /** When there was nothing left to do. */
  quietMillis = Number.POSITIVE_INFINITY;

  constructor(story: Story, time: VirtualTime, write: (line: string) => void) {
    this.story = story;
    this.time = time;
    this.#write = write;
    const log = (line: string) => this.log(line);
    this.audit = new Audit(time, story.server, log);
    this.look = () => this.audit.look();
    this.server = new SimulatedServer(story.server, (error, _connection, what) => {
      log(`error: ${what}: ${(error as Error).message}`);
      if (error instanceof SimulatedFault || error instanceof SendError) return;
      this.audit.fail("R31", `${what}: ${(error as Error).stack}`);
    });
    this.messages = new Messages(this);
    this.server.connections.onHealthChange(() => this.#perform("health"));
  }

  async run(): Promise<Outcome> {
    for (const [number, client] of this.story.clients.entries()) this.#open(number, client);
    for (const step of this.story.steps) {
      if (this.audit.violation !== undefined) break;
      await this.time.until(this.time.millis + step.afterMillis, this.look);
      this.#place(step);
      await promises();
      this.look();
    }
    if (this.audit.violation === undefined) await new Quiet(this).run();
    return this.outcome;
  }

  get outcome(): Outcome {
    return {
      violation: this.audit.violation,
      digest: this.#hash.copy().digest("hex").slice(0, 16),
      virtualMillis: Math.round(Math.min(this.time.millis, this.quietMillis)),
      messages: this.messages.count,
    };
  }

  get hasLimits(): boolean {
    return this.story.server.limits;
  }

  told(): void {
    this.#perform("settled");
  }

  log(line: string): void {
    const said = `${this.time.millis.toFixed(1)} ${line}`;
    this.#hash.update(said);
    this.#write(said);
  }

  // ── Clients ─────────────────────────────────────────────────────────────────────────────────────────

  #open(number: number, story: ClientStory): void {
    const { server, time, audit } = this;
    const closesAtOnce = this.story.server.closes === "at once";
    const socket = new Socket({ number, story, time, server, watcher: audit, closesAtOnce });
    if (!server.open(socket)) return;
    const connection = server.of(socket);
    const isExact = audit.isPlain && !this.story.server.lines;
    const books = new Books({
      ...{ number, socket, connection, isExact },
      isBlameless: this.#isBlameless(story) && isLenient(connection.configuration),
    });
    this.everyone.push(books);
    audit.books.set(socket, books);
    books.isObserved = number % 2 === 0;
    if (books.isObserved) {
      connection.observe({ onStep: (_event, from, to) => audit.stepped(books, from, to) });
    }
    connection.onClosed(({ code, by }) => {
      books.ends++;
      books.subscriptions.clear();
      this.log(`client ${number} is closed: ${code} by ${by}`);
      const isSlow = (by === "eviction" && code === 1013) || by === "idle";
      if (isSlow && books.isBlameless) {
        audit.fail("R49", `a client that reads and answers is closed by ${by}`, number);
      }
      this.#perform("closed");
    });
  }

  #isBlameless({ temper, bytesPerMilli, answers, drains, kernelBytes }: ClientStory): boolean {
    const isQuick = temper === "steady" && bytesPerMilli >= 100_000 && kernelBytes >= 30_000;
    const isHonest = answers === "all" || answers === "twice";
    return isQuick && isHonest && drains === "told" && this.story.server.maxTotalBytes === "off";
  }

  // ── Steps ───────────────────────────────────────────────────────────────────────────────────────────

  #place(step: Step): void {
    const books = this.#booksOf(step);
    if (step.place === "" || books === undefined) this.#do(step);
    else if (step.place === "message") {
      this.time.input(this.time.millis + books.socket.story.roundTripMillis / 2, () => {
        if (!books.socket.isClosed) this.server.heard(books.socket, () => this.#do(step));
      });
    } else this.#later.set(step.place, [...(this.#later.get(step.place) ?? []), step]);
  }

  #perform(place: Place): void {
    const steps = this.#later.get(place) ?? [];
    this.#later.delete(place);
    for (const step of steps) this.#do(step);
  }

  #booksOf({ client }: Step): Books | undefined {
    return this.everyone[client % Math.max(1, this.everyone.length)];
  }

  #do(step: Step): void {
    this.done++;
    const books = this.#booksOf(step);
    const { operation, bytes, millis } = step;
    this.log(`${operation} ${books?.number} ${bytes} ${step.count} ${millis}`);
    if (operation === "stall") this.time.stall(millis);
    else if (operation === "step clock") this.#stepClock(millis);
    else if (operation === "close server") this.#closeServer();
    else if (operation === "broadcast") this.messages.publish(undefined, bytes);
    else if (operation === "publish")
      this.messages.publish(names[step.channel % names.length], bytes);
    else if (books !== undefined) this.#doTo(books, step);
  }

  #doTo(books: Books, step: Step): void {
    this.audit.touch(books);
    if (!harmless.has(step.operation)) books.isBlameless = false;
    this.#deeds[step.operation]?.(books, step);
  }

  readonly #deeds: Deeds = {
    offer: (books, { bytes }) => this.messages.offer(books, bytes),
    burst: (books, { bytes, count }) => {
      const { maxMessages } = books.connection.configuration;
      const most = Math.min(2_000, Math.ceil((count / 8) * maxMessages));
      for (let left = most; left > 0; left--) this.messages.offer(books, bytes);
    },
    send: (books, { bytes, millis }) => {
      if (this.story.server.waits) this.messages.send(books, bytes, millis);
      else this.messages.offer(books, bytes);
    },
    subscribe: (books, { channel }) => this.messages.subscribe(books, "subscribe", channel),
    unsubscribe: (books, { channel }) => this.messages.subscribe(books, "unsubscribe", channel),
    close: ({ connection }) => void connection.close(),
    evict: ({ connection }) => connection.evict(),
    reset: ({ socket }) => socket.reset(),
    leave: ({ socket }) => socket.leave(),
    forge: (books, { count }) => forge(this, books, count),
    refuse: ({ socket }, { count }) => {
      // A library may refuse control frames alone.
      if (count % 3 === 0) socket.pingRefusals = count;
      else socket.refusals = count;
    },
    throw: ({ socket }) => {
      socket.isBroken = true;
    },
    own: ({ socket }, { bytes }) => socket.own(bytes),
    drain: ({ socket }) => {
      if (!socket.isClosed) this.server.drained(socket);
    },
  };

  #stepClock(millis: number): void {
    this.time.wallAheadMillis += millis - 250;
    if (millis < 500) this.time.backMillis += millis;
  }

  #closeServer(): void {
    this.closing ??= this.server.close({ code: 1001, reason: "going away" });
  }
}

/** It closes nobody who reads: not for one burst that was too much, nor for what is lost of many. */
const isLenient = ({ overflow, evictDropRate, evictAgeMillis }: Configuration) =>
  overflow !== "disconnect" && evictDropRate === null && evictAgeMillis === null;

type Deeds = Readonly<Partial<Record<Operation, (books: Books, step: Step) => void>>>;

/** After these a client that reads is closed as slow all the same, and may be. */
const harmless: ReadonlySet<Operation> = new Set(
  operations.filter((one) => !["evict", "refuse", "throw", "own"].includes(one)),
);
