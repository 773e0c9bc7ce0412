/** A server's connections on scripted transports, and a budget whose books are kept a second time. */
import {
  type Account,
  type ConfigurationOptions,
  configuration,
  imbalance,
  Label,
  type OfferResult,
  type Statistics,
} from "@sluice/core";
import { Actor } from "@sluice/runtime";
import { byteLength, Frame, type Message } from "@sluice/runtime/adapter";
import { ManualClock, ManualFlusher, ScriptedTransport } from "@sluice/runtime/testing";
import { Clock, Context } from "effect";
import { expect } from "vitest";
import type { Limited } from "../src/actor/Lanes.js";
import { MemoryBudget } from "../src/budget/MemoryBudget.js";

export const kib = 1024;

const channel: Limited = {
  name: "prices",
  configuration: configuration({ maxMessages: 100, maxBytes: 200 * kib }),
  most: 4,
};

/** Every kind of label. */
const labels: ReadonlyArray<Label<Message>> = [
  new Label({ key: "a" }),
  new Label({ key: "a", place: "tail", lane: "bulk" }),
  new Label({
    key: "b",
    ttlMillis: 700,
    merge: (older, newer) => `${older}${newer}`.slice(0, 9_000),
  }),
  new Label({ ttlMillis: 500, lane: "control" }),
];

/** One that is asked for everything that it is told. */
class WatchedBudget extends MemoryBudget {
  readonly accounts = new Set<Account<Message>>();

  override joined(account: Account<Message>): void {
    super.joined(account);
    this.accounts.add(account);
  }

  override left(account: Account<Message>): void {
    super.left(account);
    this.accounts.delete(account);
  }

  /** What it must have: counted afresh. Senders wait with text of one byte a character. */
  get expectedBytes(): number {
    const frames = new Set<Frame>();
    let sum = 0;
    for (const account of this.accounts) {
      let textBytes = account.bytes;
      account.visit(1, (message, bytes) => {
        if (!(message instanceof Frame)) return;
        frames.add(message);
        textBytes -= bytes;
      });
      sum += textBytes + 64 * account.messages;
    }
    for (const frame of frames) sum += 192 + frame.byteLength;
    return sum;
  }
}

/** One connection and the other side of it. */
export class Client {
  readonly actor: Actor<Message>;
  readonly transport: ScriptedTransport<Message>;
  /** What its senders were told, in order: why they were refused. */
  readonly answers: Array<string> = [];

  constructor(server: Server, options: ConfigurationOptions, room: number) {
    this.transport = new ScriptedTransport<Message>({ sizeOf: byteLength, room });
    this.actor = new Actor<Message>({
      transport: this.transport,
      flusher: server.flusher,
      budget: server.budget,
      sizeOf: byteLength,
      configuration: { maxBytes: 1024 * kib, ...options },
      context: server.context,
      makesRoom: true,
    });
  }

  send(text: string): void {
    this.actor.send(text, (result: OfferResult) => {
      if (result._tag === "Rejected") this.answers.push(result.reason);
    });
  }

  take(frame: Frame): void {
    this.actor.take(frame, frame.byteLength, channel);
  }

  /** With what waits of channels. */
  stats(): Statistics {
    return this.actor.outbox.stats(undefined, this.actor.pump.backlogs?.held);
  }
}

export class Server {
  readonly flusher = new ManualFlusher();
  readonly clock = new ManualClock();
  readonly context = Context.make(Clock.Clock, this.clock);
  readonly budget: WatchedBudget;
  readonly clients: Array<Client> = [];
  readonly #options: Array<Parameters<Server["join"]>[0]> = [];
  readonly #frames: Array<Frame> = [];
  /** Those that have gone too. */
  readonly #everyone = new Set<Client>();
  readonly #seen: Set<string>;

  constructor(maxBytes = 1024 * kib, seen = new Set<string>()) {
    this.budget = new WatchedBudget(maxBytes, this.flusher);
    this.#seen = seen;
  }

  /** Without `room` its client reads whatever comes. */
  join(options: { configuration?: ConfigurationOptions; room?: number }): Client {
    const { configuration = {}, room = Number.POSITIVE_INFINITY } = options;
    const client = new Client(this, configuration, room);
    this.clients.push(client);
    this.#everyone.add(client);
    this.#options.push(options);
    return client;
  }

  // ── A random walk ───────────────────────────────────────────────────────────────────────────────────

  play(step: {
    readonly do: string;
    readonly who?: number;
    readonly size?: number;
    readonly which?: number;
    readonly bytes?: number;
    readonly millis?: number;
  }): void {
    const { who = 0, size = 0, which = 0, bytes = 0, millis = 0 } = step;
    const client = this.clients[who % this.clients.length] as Client;
    const { actor, transport } = client;
    switch (step.do) {
      case "offer":
        actor.offer("x".repeat(size));
        break;
      case "label":
        actor.offerLabelled("x".repeat(size), labels[which % labels.length] as Label<Message>);
        break;
      case "send":
        client.send("x".repeat(size));
        break;
      case "take":
        client.take(this.#frame(size));
        break;
      case "share":
        this.#share(this.#frame(size));
        break;
      case "again":
        actor.offer(this.#frames[which % this.#frames.length] ?? "none");
        break;
      case "read":
        // Nobody tells of a drain where nothing was held.
        if (transport.isClosed || transport.bufferedBytes() === 0) break;
        transport.drain(bytes);
        actor.drained();
        break;
      case "tick":
        this.clock.advance(millis);
        break;
      case "leave":
        transport.disconnect();
        actor.disconnected();
        break;
      case "close":
        actor.close();
        break;
      case "evict":
        actor.evict();
        break;
      default:
        this.#flush();
    }
  }

  /** Its books agree with what is held, and so do those of everyone. */
  check(): void {
    const { budget } = this;
    expect(budget.bytes).toBe(budget.expectedBytes);
    expect(budget.bytes).toBeLessThanOrEqual((budget.maxBytes * 9) / 8);
    for (const client of this.clients) {
      const stats = client.stats();
      expect(imbalance(stats)).toEqual({ messages: 0, bytes: 0 });
      if (stats.dropped.shed.messages > 0) this.#seen.add("shed");
      if (stats.waiting.messages > 0) this.#seen.add("waiting");
      if (stats.rejected.shed.messages > 0) this.#seen.add("refused");
      if (stats.state === "closed" && stats.dropped.shed.messages > 0) this.#seen.add("closed");
      expect(client.transport.violations).toEqual([]);
    }
    for (const account of budget.accounts) expect(account.messages).toBeGreaterThan(0);
  }

  /** Everyone goes. */
  end(): void {
    for (const { actor, transport } of this.clients) {
      transport.disconnect();
      actor.disconnected();
    }
    expect(this.budget.bytes).toBe(0);
    expect(this.budget.accounts.size).toBe(0);
    const shed = { messages: 0, bytes: 0 };
    for (const client of this.#everyone) {
      shed.messages += client.stats().dropped.shed.messages;
      shed.bytes += client.stats().dropped.shed.bytes;
    }
    expect(this.budget.use.shed).toEqual(shed);
  }

  /** A turn: afterwards it is within its limit, and who holds something that was not on it is in line for another. */
  #flush(): void {
    this.flusher.flush();
    expect(this.budget.bytes).toBeLessThanOrEqual(this.budget.maxBytes);
    for (const [place, { actor }] of this.clients.entries()) {
      const account = (actor.outbox as unknown as { readonly account: Account<Message> }).account;
      const { length } = actor.outbox;
      if (length > 0 && !actor.pump.isInLine) expect(account.isBehind).toBe(true);
      if (actor.outbox.state !== "closed") continue;
      // Another comes in its place.
      const { configuration = {}, room = Number.POSITIVE_INFINITY } = this.#options[place] ?? {};
      const next = new Client(this, configuration, room);
      this.clients[place] = next;
      this.#everyone.add(next);
    }
  }

  #share(frame: Frame): void {
    for (const { actor } of this.clients) actor.offer(frame);
    this.#seen.add("shared");
  }

  #frame(size: number): Frame {
    const frame = Frame.text("y".repeat(size));
    this.#frames.push(frame);
    if (this.#frames.length > 10) this.#frames.shift();
    return frame;
  }
}
