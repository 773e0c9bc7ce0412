/**
 * Clients of a channel with a history that come, read slowly, go and come back, at random, beside what each must get: every
 * position after its place once and in order, or one exact notice of those that can no longer be had.
 */
import { Hub, type HubConnection } from "@sluice/runtime/adapter";
import { ManualClock, ScriptedClient } from "@sluice/runtime/testing";
import { Clock, Context } from "effect";
import * as fc from "fast-check";

const channel = "a.b";

const settings = fc.record({
  history: fc.record({
    maxMessages: fc.integer({ min: 1, max: 30 }),
    maxBytes: fc.constantFrom(600, 3_000, 100_000),
    maxAgeMillis: fc.constantFrom(500, 100_000),
  }),
  maxMessages: fc.constantFrom(4, 12, 1_000, 1_000),
  overflow: fc.constantFrom("drop-oldest" as const, "drop-newest" as const, "block" as const),
  limit: fc.option(fc.constantFrom(2, 10), { nil: undefined }),
  room: fc.constantFrom(0, 300, 100_000),
});

const who = fc.nat({ max: 1 });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("publish" as const),
      times: fc.integer({ min: 1, max: 12 }),
      size: fc.constantFrom(1, 50, 400),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("turn" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("read" as const),
      who,
      bytes: fc.constantFrom(100, 800, 50_000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("return" as const), who }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("ask" as const),
      who,
      back: fc.nat({ max: 40 }),
      isOther: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const), who }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("pass" as const), millis: fc.constantFrom(100, 600) }),
  },
);

type Settings = typeof settings extends fc.Arbitrary<infer S> ? S : never;
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Undefined if nothing was wrong in any story, or what was. */
export async function resuming(runs = 300): Promise<string | undefined> {
  const stories = fc.array(step, { minLength: 5, maxLength: 60 });
  const property = fc.asyncProperty(settings, stories, (given, steps) => told(given, steps));
  const { failed, error, counterexample } = await fc
    .check(property, { numRuns: runs })
    .then(({ failed, errorInstance, counterexample }) => ({
      failed,
      error: String(errorInstance),
      counterexample: JSON.stringify(counterexample),
    }));
  return failed ? `${error} in ${counterexample}` : undefined;
}

async function told(given: Settings, steps: ReadonlyArray<Step>): Promise<void> {
  const world = new World(given);
  for (const [at, one] of [...steps, { do: "turn" } as const].entries()) {
    await world.play(one);
    try {
      for (const client of world.clients) client.look();
    } catch (error) {
      throw new Error(`${(error as Error).message} (step ${at})`);
    }
  }
  await world.end();
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** The server, and what must be kept of its channel by an array. */
class World {
  readonly clock = new ManualClock();
  readonly hub: Hub<readonly [object]>;
  readonly clients: ReadonlyArray<Client>;
  published = 0;
  readonly #given: Settings;
  #kept: Array<{ readonly position: number; readonly bytes: number; readonly atMillis: number }> =
    [];

  constructor(given: Settings) {
    this.#given = given;
    const { history, maxMessages, overflow, limit } = given;
    const limits = limit === undefined ? {} : { [channel]: { maxMessages: limit } };
    this.hub = new Hub<readonly [object]>(
      {
        configuration: { maxMessages, overflow, windowBytes: "off" },
        channels: { history: { "a.*": history }, limits },
      },
      Context.make(Clock.Clock, this.clock),
      { stranger: "" },
    );
    this.clients = [new Client(this, given.room), new Client(this, given.room)];
  }

  /** The oldest that can be had. */
  get first(): number {
    const { maxAgeMillis } = this.#given.history;
    this.#kept = this.#kept.filter(({ atMillis }) => atMillis >= this.clock.millis - maxAgeMillis);
    return this.#kept[0]?.position ?? this.published + 1;
  }

  async play(one: Step): Promise<void> {
    if (one.do === "publish") for (let left = one.times; left > 0; left--) this.#publish(one.size);
    else if (one.do === "turn") await turn();
    else if (one.do === "pass") this.clock.advance(one.millis);
    else {
      const client = this.clients[one.who] as Client;
      if (one.do === "read") client.read(one.bytes);
      else if (one.do === "return") client.return();
      else if (one.do === "leave") client.connection.unsubscribe(channel);
      else await client.ask(one.back, one.isOther);
    }
    this.#heedBounds();
  }

  /** Everyone reads all that there is, and has had what was published last. */
  async end(): Promise<void> {
    for (const client of this.clients) {
      await client.readAll();
      client.isUpToDate();
      client.close();
    }
  }

  #publish(size: number): void {
    this.hub.publisher.publish(channel, JSON.stringify("x".repeat(size)));
    this.published++;
    const position = this.published;
    const around = `{"channel":"${channel}","epoch":"12345678","position":${position},"data":""}`;
    this.#kept.push({ position, bytes: around.length + size, atMillis: this.clock.millis });
    this.#heedBounds();
  }

  #heedBounds(): void {
    const { maxMessages, maxBytes } = this.#given.history;
    const sum = () => this.#kept.reduce((bytes, one) => bytes + one.bytes, 0);
    while (this.#kept.length > maxMessages || sum() > maxBytes) this.#kept.shift();
  }
}

interface Heard {
  readonly epoch: string;
  readonly position?: number;
  readonly data?: unknown;
  readonly gap?: { first: number; last: number; count: number; reason: string };
}

/** One client over all of its connections. */
class Client {
  readonly #world: World;
  readonly #room: number;
  #client!: ScriptedClient;
  #seen = 0;
  /** The place that it knows. */
  #epoch: string | undefined;
  #position = 0;
  /** It has asked without a place, and waits to be told one. */
  #isNew = true;
  #isSubscribed = false;
  /** What it may miss: what the strategy has lost of it. */
  #holes = 0;

  constructor(world: World, room: number) {
    this.#world = world;
    this.#room = room;
    this.return();
  }

  /** It goes, if it is there, and comes back with its place. */
  return(): void {
    this.close();
    this.#client = new ScriptedClient(this.#world.hub, this.#room);
    this.#seen = 0;
    this.#holes = 0;
    this.#resume();
  }

  get connection(): HubConnection {
    return this.#client.connection;
  }

  close(): void {
    this.#client?.vanish();
  }

  read(bytes: number): void {
    this.#client.read(bytes);
  }

  async readAll(): Promise<void> {
    for (let quiet = 0; quiet < 3; ) {
      const { length } = this.#client.transport.accepted;
      this.read(1_000_000);
      await turn();
      const isQuiet = this.connection.stats().buffered.messages === 0;
      quiet = isQuiet && length === this.#client.transport.accepted.length ? quiet + 1 : 0;
    }
    this.look();
  }

  /** It asks again, from somewhere else. */
  async ask(back: number, isOther: boolean): Promise<void> {
    await this.readAll();
    this.#position = Math.max(0, this.#position - back);
    if (isOther && this.#epoch !== undefined) this.#epoch = "other";
    this.#resume();
  }

  #resume(): void {
    this.#isSubscribed = true;
    const place = this.#epoch === undefined ? {} : { epoch: this.#epoch, position: this.#position };
    this.#isNew = this.#epoch === undefined;
    void this.connection.resume({ channel, ...place });
  }

  /** What has come since is what had to come. */
  look(): void {
    const { accepted } = this.#client.transport;
    for (; this.#seen < accepted.length; this.#seen++) {
      const frame = accepted[this.#seen] as { readonly data: ArrayBuffer };
      this.#hear(JSON.parse(Buffer.from(frame.data).toString()) as Heard);
    }
    if (this.#holes > 0 && this.#lost === 0) throw new Error(`${this.#holes} are missing`);
  }

  /** What the strategy has lost of this connection: notices may be among it. */
  get #lost(): number {
    const { dropped, rejected } = this.connection.stats();
    return sumOf(dropped) + sumOf(rejected);
  }

  #hear({ epoch, position, data, gap }: Heard): void {
    if (gap !== undefined) this.#hearOfGap(epoch, gap);
    else if (data === undefined) {
      if (!this.#isNew) throw new Error("was told a place that it did not ask for");
      [this.#epoch, this.#position, this.#isNew] = [epoch, position as number, false];
    } else {
      if (this.#lost > 0 && (this.#isNew || this.#epoch === "other")) {
        // The notice of where it begins was lost by the strategy.
        [this.#epoch, this.#position, this.#isNew] = [epoch, (position as number) - 1, false];
      }
      const expected = this.#position + 1;
      const isOrder = epoch === this.#epoch && (position as number) >= expected;
      if (!isOrder) throw new Error(`had ${position} of ${epoch}, and not ${expected}`);
      this.#holes += (position as number) - expected;
      this.#position = position as number;
    }
  }

  #hearOfGap(epoch: string, { first, last, count, reason }: NonNullable<Heard["gap"]>): void {
    const isSame = epoch === this.#epoch;
    const expected = isSame ? this.#position + 1 : 1;
    if (reason !== (isSame ? "trimmed" : "epoch")) throw new Error(`a gap of ${reason}`);
    if (first < expected || count !== last - first + 1)
      throw new Error(`a gap ${first} to ${last}, and not from ${expected}`);
    if (last >= this.#world.first)
      throw new Error(`a gap up to ${last}, though ${this.#world.first} can be had`);
    this.#holes += first - expected;
    [this.#epoch, this.#position] = [epoch, last];
  }

  isUpToDate(): void {
    if (!this.#isSubscribed || !this.connection.subscriptions.includes(channel)) return;
    const { published } = this.#world;
    if (this.#lost > 0) return;
    if (this.#position !== published)
      throw new Error(`had ${this.#position} of ${published} in the end`);
  }
}

const sumOf = (losses: Readonly<Record<string, { readonly messages: number }>>): number =>
  Object.values(losses).reduce((sum, { messages }) => sum + messages, 0);
