/**
 * What is published goes out once a turn of the event loop, to all that keep up, by topics of the WebSocket library: one
 * call for a message, however many they are. Every few messages each is looked at; whoever has fallen behind has its
 * outbox again. Many messages go to each socket in one write, for a topic writes few at a time.
 *
 * Topics are joined and left in turns of its own only: there are callbacks of sockets that do not bear it.
 */
import type { Actor } from "../actor/Actor.js";
import { inBatch } from "../actor/Batch.js";
import { defaultQuantum, type Flushable, type Flusher } from "../actor/Flusher.js";
import type { Limited } from "../actor/Lanes.js";
import type { Joiner } from "../adapter/Coalescer.js";
import type { Frame } from "../adapter/Frame.js";
import type { Message } from "../adapter/Message.js";
import type { SocketTransport } from "../adapter/SocketTransport.js";
import { SendStatus } from "../adapter/Transport.js";
import { Cohort } from "./Cohort.js";
import { mostOfOneCohort, type Parcel, parcelsOf } from "./Parcel.js";
import { type Entry, Reader } from "./Reader.js";

/** Whoever may read. */
export interface Candidate {
  readonly actor: Actor<Message>;
  readonly transport: SocketTransport;
}

/** Each cohort has a share of what a reader has room for: of more than so many it would be too little. */
const mostCohorts = 8;

let made = 0;

export class FanOut implements Flushable {
  /** What was published in this turn, in order. */
  entries: Array<Entry> = [];
  readonly #flusher: Flusher;
  readonly #leavers = new Set<Reader>();
  /** Those that have something else to do while it goes out to all. */
  readonly #wantOut = new Set<Reader>();
  #isInLine = false;
  #turn = 0;
  readonly #joiner: Joiner<Message> | undefined;
  /** Messages that a topic writes at a time. */
  #mostByTopic = 0;
  /** How it goes out, and which entries: from one up to another. */
  #going: "nowhere" | "to all" | "to each" = "nowhere";
  #from = 0;
  #to = 0;
  /** What goes out, whom `writeBatch` writes to, and from which parcel on. */
  #parcels: ReadonlyArray<Parcel> = [];
  #reader: Reader | undefined;
  #at = 0;
  /** All of it is for all of one cohort. */
  #isForAll = false;
  /** The latest of it went by topics. */
  #isByTopic = true;

  constructor(flusher: Flusher, joiner?: Joiner<Message>) {
    this.#flusher = flusher;
    this.#joiner = joiner;
  }

  /** A cohort without readers. */
  cohort(limits?: Limited): Cohort {
    return new Cohort(`sluice:${++made}`, limits);
  }

  /** Has a candidate read with these cohorts from now on, if it keeps up. Not from inside a callback of its socket. */
  invite({ actor, transport }: Candidate, cohorts: ReadonlyArray<Cohort>): void {
    const { topics } = transport;
    if (actor.reading !== undefined || topics === undefined) return;
    if (cohorts.length === 0 || cohorts.length > mostCohorts) return;
    // What was published before it comes is not for it, and those who left in this turn are in their topics yet.
    if (this.entries.length > 0 || this.#leavers.size > 0 || !actor.pump.isIdle) return;
    for (const [at, { topic }] of cohorts.entries()) {
      if (topics.subscribe(topic)) continue;
      for (const before of cohorts.slice(0, at)) topics.unsubscribe(before.topic);
      return;
    }
    this.#mostByTopic = topics.mostMessages;
    new Reader({ actor, transport, topics, cohorts, turn: this });
  }

  /** Publishes to a cohort; answers how many will have it. Whoever has no room for it has left before. */
  publish(cohort: Cohort, frame: Frame, except?: Reader, label?: Entry["label"]): number {
    const bytes = frame.byteLength;
    if (!cohort.hasRoom(bytes)) {
      for (const reader of cohort.readers) if (!reader.hasRoom(bytes)) reader.leave();
    }
    if (cohort.readers.size === 0) return 0;
    const isExcepted = except !== undefined && cohort.readers.has(except);
    this.entries.push({ cohort, frame, except: isExcepted ? except : undefined, label });
    cohort.take(bytes);
    if (isExcepted) except.skip(frame);
    this.#standInLine();
    return cohort.readers.size - (isExcepted ? 1 : 0);
  }

  /** A reader has left: what is published from now on is not for it. */
  left(reader: Reader): void {
    this.#leavers.add(reader);
    this.#standInLine();
  }

  wantsOut(reader: Reader): void {
    this.#wantOut.add(reader);
  }

  flush(): boolean {
    this.#isInLine = false;
    this.#letGo();
    const { entries } = this;
    if (entries.length === 0) return false;
    this.#turn++;
    // Handlers that are called meanwhile may publish more.
    for (let from = 0; from < entries.length; ) from = this.#handOver(from);
    this.entries = [];
    this.#count(entries);
    return false;
  }

  isOpenFrom(reader: Reader): number | undefined {
    if (this.#going === "to all") return undefined;
    if (this.#going === "nowhere" || reader.turn !== this.#turn) return this.#from;
    return reader === this.#reader ? (this.#parcels[this.#at]?.from ?? this.#to) : this.#to;
  }

  /** Hands over what was published up to now, from an entry on; answers up to which. */
  #handOver(from: number): number {
    this.#from = from;
    this.#to = this.entries.length;
    const parcels = parcelsOf(this.entries, from, this.#joiner);
    this.#parcels = parcels;
    this.#isForAll = parcels.every((one) => one.cohort === parcels[0]?.cohort && !one.except);
    const isFew = mostOfOneCohort(this.#parcels) <= this.#mostByTopic;
    if (isFew) this.#leaveBehind();
    this.#going = isFew ? "to all" : "to each";
    this.#isByTopic = isFew;
    try {
      if (isFew) for (const parcel of this.#parcels) publishOn(parcel);
      else this.#writeToEach();
    } finally {
      this.#going = "nowhere";
      this.#from = this.#to;
      for (const reader of this.#wantOut) reader.leaveBefore(this.#to);
      this.#wantOut.clear();
      // What goes out next is not for who has left.
      this.#letGo();
      this.#parcels = [];
      this.#turn++;
    }
    return this.#to;
  }

  /** A topic drops, and does not tell, what a socket has no room for: who is behind has it in its outbox, and leaves. */
  #leaveBehind(): void {
    for (const { cohort } of this.#parcels) {
      for (const reader of cohort.readers) {
        if (reader.turn === this.#turn) continue;
        reader.turn = this.#turn;
        if (!reader.isClear) reader.leaveBefore(this.#from);
      }
    }
    this.#letGo();
    this.#turn++;
  }

  /** Sends the next entries to one reader, as many as one write should hold. */
  writeBatch(): void {
    const parcels = this.#parcels;
    const reader = this.#reader as Reader;
    const { overheadBytes } = reader.transport.traits;
    let { bytes } = defaultQuantum;
    if (this.#at === 0) reader.ask();
    for (let sent = 0; this.#at < parcels.length; this.#at++) {
      const parcel = parcels[this.#at] as Parcel;
      if (!this.#isForAll && !reader.reads(parcel)) continue;
      const { frame } = parcel;
      bytes -= frame.byteLength + overheadBytes;
      if (bytes < 0 && sent > 0) return;
      sent++;
      const status = reader.transport.send(frame);
      if (status === SendStatus.sent) continue;
      parcel.cohort.narrow();
      if (status === SendStatus.pressure) continue;
      reader.leaveBefore(parcel.from);
      this.#at = parcels.length;
    }
  }

  #standInLine(): void {
    if (this.#isInLine) return;
    this.#isInLine = true;
    this.#flusher.mark(this);
  }

  /** Whoever has left leaves its topics, unless its socket has closed. */
  #letGo(): void {
    for (const { topics, cohorts } of this.#leavers) {
      for (const { topic } of cohorts) topics.unsubscribe(topic);
    }
    this.#leavers.clear();
  }

  #writeToEach(): void {
    for (const { cohort } of this.#parcels) {
      for (const reader of cohort.readers) {
        if (reader.turn === this.#turn) continue;
        reader.turn = this.#turn;
        this.#writeTo(reader);
      }
    }
  }

  #writeTo(reader: Reader): void {
    this.#reader = reader;
    this.#at = 0;
    try {
      while (this.#at < this.#parcels.length) inBatch(reader.transport, this, defaultQuantum);
    } catch (defect) {
      reader.leaveBefore(this.#parcels[this.#at]?.from ?? this.#to);
      reader.actor.failed(defect);
    }
  }

  /** All of a turn has been handed over. */
  #count(entries: ReadonlyArray<Entry>): void {
    this.#from = 0;
    for (const { cohort } of entries) cohort.handedOver();
    for (const { except } of entries) except?.turnEnds();
    const due = new Set<Cohort>();
    for (const { cohort } of entries) if (cohort.isDue) due.add(cohort);
    if (due.size > 0) this.#lookAt(due);
  }

  /** Whoever is written to alone is asked in the same write. */
  #lookAt(cohorts: ReadonlySet<Cohort>): void {
    const readers = new Set<Reader>();
    for (const cohort of cohorts) {
      cohort.widen();
      for (const reader of cohort.readers) readers.add(reader);
    }
    for (const reader of readers) reader.look(this.#isByTopic);
  }
}

function publishOn({ cohort, frame, except }: Entry): void {
  const [any] = cohort.readers;
  if (except !== undefined) except.topics.publishToOthers(cohort.topic, frame);
  else any?.topics.publish(cohort.topic, frame);
}
