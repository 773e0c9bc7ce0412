/** A server with Sluice. Clients whose path begins with `/healthy` are subscribed; to the others each message is offered. */
import { monotonicMillis } from "@sluice/bench/kit";
import { Frame, type HubConnection } from "@sluice/runtime/adapter";
import { Book } from "../ledger/Book.js";
import type { Arm } from "./Arm.js";
import { type AnySluice, served } from "./adapters.js";
import type { ServerOptions } from "./protocol.js";
import { Reentrant } from "./Reentrant.js";

const channel = "feed";

export class Guarded implements Arm {
  readonly port: number;
  readonly errors: ReadonlyArray<string>;
  readonly #careless: Reentrant | undefined;
  readonly #sluice: AnySluice;
  readonly #books = new Map<HubConnection, Book>();
  readonly #present = new Set<Book>();

  static async open(options: ServerOptions): Promise<Guarded> {
    const errors: Array<string> = [];
    const onError = (error: unknown, _: unknown, what: string) =>
      void errors.push(`${what}: ${error instanceof Error ? error.message : error}`);
    const { configuration, maxTotalBytes, isReentrant, messageBytes } = options;
    const careless = isReentrant ? new Reentrant(channel, messageBytes) : undefined;
    const own = (client: string) =>
      isWell(client) ? { ...configuration, ...roomy } : configuration;
    const settings = { maxTotalBytes, onError };
    const { port, sluice } = await served(options, own, settings, careless);
    return new Guarded(port, sluice, errors, careless);
  }

  private constructor(
    port: number,
    sluice: AnySluice,
    errors: Array<string>,
    careless: Reentrant | undefined,
  ) {
    this.port = port;
    this.errors = errors;
    this.#sluice = sluice;
    this.#careless = careless;
    sluice.connections.onAdded((connection) => this.#came(connection));
    sluice.connections.onUnhealthy(({ connection }) => {
      const book = this.#books.get(connection);
      if (book !== undefined) book.reportedMillis ??= monotonicMillis();
    });
  }

  send(number: number, bytes: Buffer): void {
    const frame = Frame.binary(bytes);
    this.#sluice.publish(channel, frame);
    for (const book of [...this.#present]) {
      if (isSubscribed(book)) book.published(number);
      else book.offered(number, book.connection.offer(frame));
    }
  }

  get sights() {
    return [...this.#books.values()].map((book) => ({
      client: book.client,
      reportedMillis: book.reportedMillis ?? null,
      closedMillis: book.closedMillis ?? null,
      closedBy: book.closing?.by ?? null,
    }));
  }

  get open(): number {
    return this.#sluice.connections.size + this.#sluice.lingering;
  }

  get bufferedBytes(): number {
    let sum = 0;
    for (const connection of this.#sluice.connections) sum += connection.stats().buffered.bytes;
    return sum;
  }

  get budgetBytes(): number {
    return this.#sluice.budget?.bytes ?? 0;
  }

  get entries() {
    return [...this.#books.values()].map((book) => book.entry());
  }

  close(): Promise<void> {
    return this.#sluice.close();
  }

  forget(): void {
    this.#books.clear();
  }

  #came(connection: HubConnection): void {
    const book = new Book(connection);
    this.#books.set(connection, book);
    this.#present.add(book);
    if (isSubscribed(book)) connection.subscribe(channel);
    connection.onClosed((info) => {
      book.closing = info;
      book.closedMillis = monotonicMillis();
      this.#present.delete(book);
    });
    if (this.#careless !== undefined) this.#tempt(book, this.#careless);
  }

  /** The listeners of Sluice itself are handlers too. */
  #tempt(book: Book, careless: Reentrant): void {
    const { connection } = book;
    book.blur();
    connection.observe({ onStep: () => careless.act(this.#sluice, connection) });
    connection.onClosed(() => {
      const [other = book] = this.#present;
      careless.act(this.#sluice, connection);
      careless.act(this.#sluice, other.connection);
    });
  }
}

function isSubscribed({ client }: Book): boolean {
  return isWell(client);
}

function isWell(client: string): boolean {
  return client.startsWith("/healthy");
}

/** Whoever is well has room for seconds: on a machine that is busy with something else, its process waits as well. */
const roomy = { maxBytes: 16 * 1024 * 1024, maxMessages: 10_000 };
