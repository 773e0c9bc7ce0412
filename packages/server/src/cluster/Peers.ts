/**
 * The servers that share a feed, as each tells the others of itself by NATS, twice a second. One of them sends the feed to
 * all, and goes on with that whoever comes. When it goes, or two of them do, it is the one of them whose name comes first.
 * One that hears of nobody sends it to its own clients.
 */
import { randomBytes } from "node:crypto";
import { connect, type NatsConnection } from "@nats-io/transport-node";

/** What a server tells of itself. */
export interface Peer {
  readonly name: string;
  /** For people; a server does not know by which address it is reached from elsewhere. */
  readonly url: string;
  readonly connections: number;
  /** How many of them listen to the feed. */
  readonly listeners: number;
  /** Whether it sends the feed. */
  readonly isLeading: boolean;
  /** The number of the next message of the feed, as far as it has sent it. */
  readonly seq: number;
}

/** What of a server is told. */
export type Self = Omit<Peer, "name" | "isLeading">;

const subject = "sluice-server.peers";
const tellEveryMillis = 500;
/** Who has not been heard of for so long is not there. */
const patienceMillis = 2_000;
const closingMillis = 500;

interface Heard {
  readonly peer: Peer;
  readonly atMillis: number;
}

export class Peers {
  readonly name: string;
  /** Whether this one sends the feed. */
  isLeading = false;
  /** Who listens to the feed at others. */
  listenersElsewhere = 0;
  readonly #connection: NatsConnection;
  readonly #heard = new Map<string, Heard>();
  #timer: NodeJS.Timeout | undefined;
  #furthest = { seq: 0, atMillis: 0, perMilli: 0 };
  #self: () => Self = () => ({ url: "", connections: 0, listeners: 0, seq: 0 });
  #changed: () => void = () => {};

  /** Rejects when NATS cannot be reached. */
  static async join(servers: string): Promise<Peers> {
    const options = { servers, maxReconnectAttempts: -1, noEcho: true, reconnectTimeWait: 500 };
    const peers = new Peers(await connect(options));
    // By then it has heard of those who are there.
    await new Promise((resolve) => setTimeout(resolve, 2 * tellEveryMillis));
    return peers;
  }

  private constructor(connection: NatsConnection) {
    this.#connection = connection;
    this.name = randomBytes(9).toString("base64url");
    connection.subscribe(subject, {
      callback: (error, message) => {
        const peer = error ? undefined : peerOf(message.string());
        if (peer === undefined) return;
        this.#hear(peer);
        this.#look();
      },
    });
  }

  /** Tells of this server from now on, and is told when something may be different. */
  tellOf(self: () => Self, changed: () => void): void {
    this.#self = self;
    this.#changed = changed;
    this.#timer = setInterval(() => this.#tell(), tellEveryMillis);
    this.#tell();
  }

  /** This one, and those that are heard of, by name. */
  get all(): ReadonlyArray<Peer> {
    this.#look();
    const others = [...this.#heard.values()].map(({ peer }) => peer);
    return [this.#me, ...others].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** Where the feed is, as far as others have sent it: of one that went without a word, what it may have sent since. */
  get seq(): number {
    const { seq, atMillis, perMilli } = this.#furthest;
    return seq + Math.ceil(perMilli * (performance.now() - atMillis));
  }

  /** The others need not wait to know that it has gone; and it waits for nobody. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#connection.isClosed()) return;
    const gone: Peer = { ...this.#me, listeners: -1 };
    this.#connection.publish(subject, JSON.stringify(gone));
    const patience = new Promise((resolve) => setTimeout(resolve, closingMillis).unref());
    await Promise.race([this.#connection.flush().catch(() => {}), patience]);
    await this.#connection.close();
  }

  #hear(peer: Peer): void {
    const atMillis = performance.now();
    const { seq } = peer;
    const before = this.#furthest;
    if (seq > before.seq) {
      const perMilli = before.seq === 0 ? 0 : (seq - before.seq) / (atMillis - before.atMillis);
      this.#furthest = { seq, atMillis, perMilli: peer.listeners < 0 ? 0 : perMilli };
    } else if (peer.listeners < 0) this.#furthest = { ...before, perMilli: 0 };
    this.#heard.set(peer.name, { peer, atMillis });
  }

  /** Who is there is found out twice a second and whenever one is heard of, not for each message of the feed. */
  #look(): void {
    const sinceMillis = performance.now() - patienceMillis;
    const others: Array<Peer> = [];
    for (const [name, { peer, atMillis }] of this.#heard) {
      if (atMillis < sinceMillis || peer.listeners < 0) this.#heard.delete(name);
      else others.push(peer);
    }
    const leading = others.filter(({ isLeading }) => isLeading);
    const isFirst = ({ name }: Peer) => this.name < name;
    this.isLeading = this.isLeading
      ? leading.every(isFirst)
      : leading.length === 0 && others.every(isFirst);
    this.listenersElsewhere = others.reduce((sum, { listeners }) => sum + listeners, 0);
    this.#changed();
  }

  get #me(): Peer {
    return { name: this.name, isLeading: this.isLeading, ...this.#self() };
  }

  #tell(): void {
    this.#look();
    if (!this.#connection.isClosed()) this.#connection.publish(subject, JSON.stringify(this.#me));
  }
}

/** Undefined for what is none: anybody may publish on a subject. */
function peerOf(text: string): Peer | undefined {
  try {
    const { name, url, connections, listeners, isLeading, seq } = JSON.parse(text);
    const isPeer =
      typeof name === "string" &&
      typeof url === "string" &&
      typeof isLeading === "boolean" &&
      [connections, listeners, seq].every(Number.isSafeInteger);
    return isPeer ? { name, url, connections, listeners, isLeading, seq } : undefined;
  } catch {
    return undefined;
  }
}
