/**
 * The reference server on several threads: this one accepts, makes the feed and has the query engine; the others serve.
 * Loaded only with `--threads`.
 */
import type { Demonstration } from "@sluice/page";
import { PortError, Threads } from "@sluice/threads";
import { defaultFeedRate, Feed } from "../feed/Feed.js";
import { channel } from "../feed/FeedRoute.js";
import { FlightReel } from "../feed/FlightReel.js";
import { FlightStore } from "../feed/FlightStore.js";
import { Timetable } from "../feed/Timetable.js";
import { Guests } from "../Guests.js";
import { Door, sayDoor } from "../http/Door.js";
import { fairQueries } from "../query/fair.js";
import { turnLimits } from "../query/QueryRoute.js";
import type { QuerySource } from "../query/QuerySession.js";
import { Turns } from "../query/Turns.js";
import { ListenError } from "../Server.js";
import { Front } from "./Front.js";
import { QueryDesk } from "./QueryDesk.js";
import type { MainQuestion, ThreadData, ThreadQuestion } from "./Question.js";
import { ThreadsBook } from "./ThreadsBook.js";

export interface ThreadedServerOptions extends Omit<ThreadData, "guestSecret"> {
  readonly database: QuerySource;
  readonly host: string;
  readonly port: number;
  /** What Node is told in each thread; by default what it was told in this one. */
  readonly execArgv?: ReadonlyArray<string>;
}

/** Threads run compiled code; from `src` as from `dist` this is the way to it. */
const module = new URL("../../dist/threads/worker.js", import.meta.url);

/** No connection takes longer to close than its own deadline, which is less. */
const closeTimeoutMillis = 20_000;

export class ThreadedServer {
  readonly host: string;
  readonly feed: Feed;
  readonly book: ThreadsBook;
  readonly guestSecret: string;
  readonly #threads: Threads;
  readonly #door: Door;
  readonly #front: Front;
  readonly #flights: FlightStore;
  #draining: Promise<void> | undefined;

  /** Rejects with a `ListenError`, or with what a thread ends by that does not come to serve. */
  static async start(options: ThreadedServerOptions): Promise<ThreadedServer> {
    const { database, host, port, threads: count, origins, admission, execArgv } = options;
    const { secret: guestSecret } = new Guests();
    const data: ThreadData = { threads: count, guestSecret, origins, admission };
    const flights = await FlightStore.open();
    const queries = new QueryDesk(fairQueries(database, new Turns(turnLimits)));
    const book = new ThreadsBook(() => threads);
    const front = new Front(queries, book, () => threads);
    const threads = await Threads.start({
      ...{ module, threads: count, host, port, data, closeTimeoutMillis, execArgv },
      restart: true,
      answer: (question, { ended }) => front.answer(question as MainQuestion, ended),
      onError: (error, what) => {
        console.error(`error: ${what}:`, error);
        book.miss(what);
      },
    }).catch(async (error) => {
      await flights.close();
      throw error instanceof PortError ? new ListenError({ host, port }) : error;
    });
    return new ThreadedServer({ host, guestSecret, threads, book, front, flights });
  }

  private constructor(parts: {
    readonly host: string;
    readonly guestSecret: string;
    readonly threads: Threads;
    readonly book: ThreadsBook;
    readonly front: Front;
    readonly flights: FlightStore;
  }) {
    const { host, guestSecret, threads, book, front, flights } = parts;
    this.host = host;
    this.guestSecret = guestSecret;
    this.book = book;
    this.#threads = threads;
    this.#front = front;
    this.#flights = flights;
    this.feed = new Feed({
      timetable: new Timetable(new FlightReel(flights)),
      broadcast: (message) => void threads.publish(channel, message),
      rate: defaultFeedRate,
      onError: (error) => console.error(`feed: ${error}`),
    });
    this.#door = new Door(
      {
        listen: () =>
          threads.resume().then(
            () => threads.port,
            () => undefined,
          ),
        shut: () => threads.pause(),
      },
      { host, port: threads.port, onChange: sayDoor },
    );
    void this.#door.open();
    let isHeard = false;
    threads.follow(channel, (isWanted) => {
      if (isWanted === isHeard) return;
      isHeard = isWanted;
      if (isWanted) this.feed.join();
      else this.feed.leave();
    });
  }

  /** Where it is, for a browser. */
  get url(): string {
    const host = this.host.includes(":") ? `[${this.host}]` : this.host;
    return `http://${host}:${this.#threads.port}`;
  }

  /** Closes the connections of a client of the demonstration, in order. */
  dismiss(client: string, reason: string): void {
    const question: ThreadQuestion = { about: "dismiss", client, reason };
    void this.#threads.ask(question);
  }

  /** Gives the pages of all threads the controls of a demonstration. */
  demonstrate(demonstration: Demonstration): void {
    this.#front.demonstrate(demonstration);
  }

  /** Takes no new connections, ends queries and feed, closes the connections in order, and ends the threads; once. */
  drain(): Promise<void> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  async #drain(): Promise<void> {
    const { size } = this.#threads;
    this.#door.close();
    await this.feed.stop();
    const lost = this.#threads.published.dropped["thread-slow"]?.messages ?? 0;
    if (lost > 0) console.error(`warning: ${lost} messages of the feed found a thread too slow`);
    await this.#threads.close({ code: 1001, reason: "server stopping" });
    await this.#flights.close();
    if (this.book.size < size) this.book.miss("a thread was ended before it had closed");
  }

  /** The same: nothing is left when it has drained. */
  stop(): Promise<void> {
    return this.drain();
  }
}
