/**
 * A client that joins a channel with snapshots while messages are published, reads slowly, leaves and joins again, at random,
 * beside what it must get: each snapshot whole and in order, then what was published since its cut, each once and in order,
 * but for what is in the books as lost. And a source is asked for no more than there is room for.
 */
import { imbalance, watermarksOf } from "@sluice/core";
import { Hub, type HubConnection, type Message } from "@sluice/runtime/adapter";
import { ManualClock, ScriptedClient } from "@sluice/runtime/testing";
import { Clock, Context } from "effect";
import * as fc from "fast-check";

const channel = "a.b";
const strategies = ["drop-oldest", "drop-newest", "drop-all"] as const;

const settings = fc.record({
  maxMessages: fc.constantFrom(2, 6, 1_000),
  overflow: fc.constantFrom(...strategies, "block" as const),
  limit: fc.option(
    fc.record({
      maxMessages: fc.constantFrom(1, 4, 1_000),
      overflow: fc.constantFrom(...strategies),
    }),
    { nil: undefined },
  ),
  room: fc.constantFrom(0, 60, 100_000),
});

const join = fc.record({
  do: fc.constant("join" as const),
  rows: fc.constantFrom(0, 1, 5, 40),
  isAsync: fc.boolean(),
  /** Before which row it fails, if it does. */
  failsAt: fc.option(fc.nat({ max: 20 }), { nil: undefined, freq: 4 }),
});

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("publish" as const),
      times: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("offer" as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("turn" as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("read" as const),
      bytes: fc.constantFrom(10, 80, 50_000),
    }),
  },
  { weight: 3, arbitrary: join },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const) }) },
);

type Settings = typeof settings extends fc.Arbitrary<infer S> ? S : never;
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
type Joining = typeof join extends fc.Arbitrary<infer S> ? S : never;

/** Undefined if nothing was wrong in any story, or what was. */
export async function joining(runs = 300): Promise<string | undefined> {
  const stories = fc.array(step, { minLength: 4, maxLength: 40, size: "max" });
  const end = fc.constantFrom("reads" as const, "closes" as const, "vanishes" as const);
  const property = fc.asyncProperty(settings, stories, end, async (given, steps, ending) => {
    const world = new World(given);
    for (const one of steps) await world.play(one);
    await world.end(ending);
  });
  const { failed, errorInstance, counterexample } = await fc.check(property, { numRuns: runs });
  return failed ? `${errorInstance} in ${JSON.stringify(counterexample)}` : undefined;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** One snapshot, and what became of it. */
interface Told {
  readonly number: number;
  /** Messages published before it. */
  readonly cut: number;
  readonly rows: number;
  /** Rows that its source was asked for. */
  asked: number;
  isOpen: boolean;
  /** How it went; undefined while it is on its way. */
  outcome: "live" | "ended" | "failed" | undefined;
  sent: number;
}

class World {
  readonly #hub: Hub<readonly [object]>;
  readonly #client: ScriptedClient;
  readonly #connection: HubConnection;
  readonly #mark: number;
  readonly #joins: Array<Told> = [];
  #published = 0;
  /** All that was offered to the connection, rows apart. */
  #offered = 0;
  /** Whether it is to be given what is published; undefined from the failure of a source until it is known. */
  #isIn: boolean | undefined = false;

  constructor({ maxMessages, overflow, limit, room }: Settings) {
    this.#hub = new Hub<readonly [object]>(
      {
        configuration: { maxMessages, overflow, windowBytes: "off" },
        channels: { limits: limit === undefined ? {} : { [channel]: limit } },
        onError: () => {},
      },
      Context.make(Clock.Clock, new ManualClock()),
      { stranger: "" },
    );
    this.#client = new ScriptedClient(this.#hub, room);
    this.#connection = this.#client.connection;
    this.#mark = watermarksOf(this.#connection.configuration).upMessages[0] as number;
  }

  async play(one: Step): Promise<void> {
    if (one.do === "publish") for (let left = one.times; left > 0; left--) this.#publish();
    else if (one.do === "turn") await this.#turn();
    else if (one.do === "read") this.#client.read(one.bytes);
    else if (one.do === "join") this.#join(one);
    else if (one.do === "leave") {
      this.#isIn = false;
      this.#connection.unsubscribe(channel);
    } else {
      this.#offered++;
      this.#connection.offer("other");
    }
    this.#judge();
  }

  async end(how: "reads" | "closes" | "vanishes"): Promise<void> {
    if (how === "closes") void this.#connection.close();
    if (how !== "vanishes") await this.#readAll();
    this.#judge();
    if (how === "reads") this.#judgeEnd();
    this.#client.vanish();
    for (let left = 3; left > 0; left--) await turn();
    this.#judgeBooks();
    for (const { number, isOpen, outcome } of this.#joins) {
      if (outcome === undefined) throw new Error(`join ${number} never ended`);
      if (isOpen) throw new Error(`the source of join ${number} was never let go`);
    }
  }

  #publish(): void {
    const text = JSON.stringify({ live: ++this.#published });
    const { accepted, rejected } = this.#hub.publisher.publish(channel, text);
    const times = accepted + rejected;
    const isRight = this.#isIn === undefined ? times <= 1 : times === Number(this.#isIn);
    if (!isRight)
      throw new Error(`${text} was offered ${times} times, and it is in: ${this.#isIn}`);
    this.#offered += times;
  }

  async #turn(): Promise<void> {
    await turn();
    this.#isIn ??= false;
  }

  #join({ rows, isAsync, failsAt }: Joining): void {
    const told: Told = {
      number: this.#joins.length,
      cut: this.#published,
      rows,
      asked: 0,
      isOpen: false,
      outcome: undefined,
      sent: 0,
    };
    this.#joins.push(told);
    this.#isIn = true;
    const next = () => this.#row(told, failsAt);
    const close = () => {
      told.isOpen = false;
    };
    const all = function* () {
      told.isOpen = true;
      try {
        for (let row = next(); row !== undefined; row = next()) yield row;
      } finally {
        close();
      }
    };
    const later = async function* () {
      yield* all();
    };
    this.#connection.join(channel, { snapshot: isAsync ? later : all }).then(
      ({ isLive, sent }) => Object.assign(told, { outcome: isLive ? "live" : "ended", sent }),
      ({ sent }) => Object.assign(told, { outcome: "failed", sent }),
    );
  }

  /** The next row of a source: there must be room for it. */
  #row(told: Told, failsAt: number | undefined): string | undefined {
    const { number, asked, rows } = told;
    const waits = asked - this.#rowsOf(number).length;
    if (waits > 0 && waits >= this.#mark - 1) this.#broken ??= `asked for more while ${waits} wait`;
    if (failsAt === asked) {
      this.#isIn = undefined;
      throw new Error("no");
    }
    return asked === rows ? undefined : JSON.stringify({ join: number, row: told.asked++ });
  }

  #broken: string | undefined;

  async #readAll(): Promise<void> {
    for (let quiet = 0; quiet < 4; ) {
      if (this.#client.transport.isClosed) return;
      const { length } = this.#client.transport.accepted;
      this.#client.read(1_000_000);
      await turn();
      quiet = length === this.#client.transport.accepted.length ? quiet + 1 : 0;
    }
  }

  // ── What must be so ─────────────────────────────────────────────────────────────────────────────────

  get #received(): ReadonlyArray<Partial<Record<"live" | "join" | "row", number>>> {
    return this.#client.transport.accepted
      .map((one) => (typeof one === "string" ? one : textOf(one)))
      .filter((text) => text !== "other")
      .map((text) => JSON.parse(text));
  }

  #rowsOf(number: number): ReadonlyArray<number | undefined> {
    return this.#received.filter(({ join }) => join === number).map(({ row }) => row);
  }

  /** At every moment: rows are in order and whole so far, and live messages come after those of their cut, once. */
  #judge(): void {
    if (this.#broken !== undefined) throw new Error(this.#broken);
    let [latest, number, rows] = [0, -1, 0];
    for (const { live, join = 0, row } of this.#received) {
      if (live !== undefined) {
        if (live <= latest) throw new Error(`${live} came after ${latest}`);
        latest = live;
        continue;
      }
      if (join < number) throw new Error(`a row of join ${join} came after one of ${number}`);
      if (join > number) [number, rows] = [join, 0];
      if (row !== rows++) throw new Error(`row ${row} of join ${join} came as ${rows - 1}`);
      const { cut } = this.#joins[join] as Told;
      if (latest > cut) throw new Error(`${latest} came before row ${row}, and the cut was ${cut}`);
    }
    for (const { cut, number: one } of this.#joins) {
      const at = this.#received.findIndex(({ join }) => join === one);
      const after = at < 0 ? [] : this.#received.slice(at);
      const old = after.find(({ live = cut + 1 }) => live <= cut);
      if (old !== undefined) throw new Error(`${old.live} came after the cut at ${cut}`);
    }
  }

  /** When it has read everything: whose source did not fail is live, with all rows, and whatever is missing is in the books. */
  #judgeEnd(): void {
    for (const { number, outcome, rows, sent } of this.#joins) {
      if (outcome === undefined) throw new Error(`join ${number} came to no end`);
      if (outcome === "ended") continue;
      if (outcome === "live" && sent !== rows) throw new Error(`${sent} rows of ${rows} were sent`);
      const came = this.#rowsOf(number).length;
      const isLast = number === this.#joins.length - 1;
      if (came !== sent && (outcome === "live" || isLast))
        throw new Error(`${came} of ${sent} came`);
    }
    const { closed } = this.#connection.stats().dropped;
    const areLive = this.#joins.every(({ outcome }) => outcome === "live");
    if (areLive && closed.messages > 0) throw new Error("what was held was dropped");
  }

  #judgeBooks(): void {
    const stats = this.#connection.stats();
    const { messages, bytes } = imbalance(stats);
    if (messages !== 0 || bytes !== 0) throw new Error(`the books differ by ${messages} messages`);
    const sent = this.#joins.reduce((sum, one) => sum + one.sent, 0);
    const lost = sumOf(stats.dropped) + sumOf(stats.rejected);
    const missing = this.#offered + sent - this.#client.transport.accepted.length;
    if (missing !== lost) throw new Error(`${missing} are missing, and ${lost} in the books`);
  }
}

const textOf = (frame: Message): string =>
  Buffer.from((frame as { readonly data: ArrayBuffer }).data).toString();

const sumOf = (losses: Readonly<Record<string, { readonly messages: number }>>): number =>
  Object.values(losses).reduce((sum, { messages }) => sum + messages, 0);
